/** Twilio's REST API (twilio.com/docs/voice/api) over Callplane's services, for programs and libraries that speak it. */
import type { Face } from "../app-types.js";
import { accountRoutes } from "./accounts.js";
import { applicationRoutes } from "./applications.js";
import { callRoutes } from "./calls.js";
import { conferenceRoutes } from "./conferences.js";
import { addFormParsing } from "./form.js";
import { notificationRoutes } from "./notifications.js";
import { participantRoutes } from "./participants.js";
import { phoneNumberRoutes } from "./phone-numbers.js";
import { queueRoutes } from "./queues.js";
import { recordingRoutes } from "./recordings.js";
import { streamRoutes } from "./streams.js";

export { twilioBody } from "./errors.js";
export type { DocumentSource, LiveConference, LiveConferences, LiveParticipant, LiveProgramCall, LiveQueues, MachineDetection, NewProgramCall, ParticipantChange, ProgramCalls, ProgressCallback, TwilioServices } from "./ports.js";

export const twilioRest: Face = (app, services) => {
  addFormParsing(app);
  const { twilio } = services;
  accountRoutes(app, services, twilio);
  callRoutes(app, services, twilio);
  recordingRoutes(app, services, twilio);
  streamRoutes(app, services, twilio);
  queueRoutes(app, services, twilio);
  conferenceRoutes(app, twilio);
  notificationRoutes(app, twilio);
  participantRoutes(app, twilio);
  applicationRoutes(app, twilio);
  phoneNumberRoutes(app, services, twilio);
};
