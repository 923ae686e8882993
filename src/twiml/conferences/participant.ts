/** One who takes part in a conference, or waits for it to start. */
import type { LiveLeg } from "../../calls/index.js";
import type { CallStatus } from "../statuses.js";
import type { ConferenceNoun } from "../nouns/conference.js";
import type { Run } from "../run.js";

/** Why a participant has left, in Twilio's words (https://www.twilio.com/docs/voice/twiml/conference#attributes-statusCallbackEvent). */
export type LeaveReason = "participant_hung_up" | "moderator_ended_conference" | "conference_ended_via_api" | "participant_updated_via_api" | "participant_add_failed";

/** Thrown into what a participant does when it is taken out. */
export class TakenOut extends Error {
  readonly reason: LeaveReason;

  constructor(reason: LeaveReason) {
    super("The participant leaves the conference.");
    this.name = "TakenOut";
    this.reason = reason;
  }
}

export class Participant {
  readonly run: Run;
  readonly label: string | null;
  readonly startConferenceOnEnter: boolean;
  endConferenceOnExit: boolean;
  beep: ConferenceNoun["beep"];
  muted: boolean;
  held = false;
  /** The CallSid of the participant who alone hears this one; null: everybody does. */
  coached: string | null;
  /** FreeSWITCH has it in the room. */
  isInRoom = false;
  readonly joinedAt = new Date();
  /** Aborted, with TakenOut, when the participant is to leave. */
  readonly out = new AbortController();

  constructor(run: Run, noun: ConferenceNoun) {
    this.run = run;
    this.label = noun.participantLabel;
    this.startConferenceOnEnter = noun.startConferenceOnEnter;
    this.endConferenceOnExit = noun.endConferenceOnExit;
    this.beep = noun.beep;
    this.muted = noun.muted;
    this.coached = noun.coach;
  }

  get callSid(): string {
    return this.run.callSid;
  }

  get leg(): LiveLeg {
    return this.run.leg;
  }

  get status(): CallStatus {
    return this.run.status;
  }

  /** It leaves; the call goes on with its own document. */
  takeOut(reason: LeaveReason): void {
    this.out.abort(new TakenOut(reason));
  }

  get leaveReason(): LeaveReason {
    const reason: unknown = this.out.signal.reason;
    return reason instanceof TakenOut ? reason.reason : "participant_hung_up";
  }
}
