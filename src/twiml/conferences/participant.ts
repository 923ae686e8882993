/** One who takes part in a conference, or waits for it to start. */
import type { LiveLeg } from "../../calls/index.js";
import type { CallStatus } from "../statuses.js";
import type { ConferenceNoun } from "../nouns/conference.js";
import type { Run } from "../run.js";
import type { KeptParticipant, StayRules } from "./kept.js";

/** Why a participant has left, in Twilio's words (https://www.twilio.com/docs/voice/twiml/conference#attributes-statusCallbackEvent). */
export type LeaveReason = "participant_hung_up" | "moderator_ended_conference" | "conference_ended_via_api" | "participant_updated_via_api" | "participant_add_failed";

/** A tone that the others hear when somebody comes; deeper when somebody goes. */
export const BEEP = { enter: "tone_stream://%(200,0,620)", exit: "tone_stream://%(200,0,440)" } as const;

/** One who has left, whom this process has had or has not found. */
export interface Leaving extends Pick<KeptParticipant, "callSid" | "label" | "muted" | "held" | "coached" | "startConferenceOnEnter" | "endConferenceOnExit" | "beep"> {
  readonly status: CallStatus;
  readonly leaveReason: LeaveReason;
}

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
  readonly beep: ConferenceNoun["beep"];
  muted: boolean;
  held: boolean;
  holdSounds: readonly string[];
  /** The CallSid of the participant who alone hears this one; null: everybody does. */
  coached: string | null;
  readonly joinedAt: Date;
  /** When it came into the room; null: it waits, or has left. */
  enteredAt: Date | null;
  readonly rules: StayRules;
  /** Aborted, with TakenOut, when the participant is to leave. */
  readonly out = new AbortController();

  /** @param as it is from the beginning, or as an earlier process has left it */
  constructor(run: Run, as: KeptParticipant) {
    this.run = run;
    this.label = as.label;
    this.startConferenceOnEnter = as.startConferenceOnEnter;
    this.endConferenceOnExit = as.endConferenceOnExit;
    this.beep = as.beep;
    this.muted = as.muted;
    this.held = as.held;
    this.holdSounds = as.holdSounds ?? [];
    this.coached = as.coached;
    this.joinedAt = new Date(as.joinedAt);
    this.enteredAt = as.enteredAt === null ? null : new Date(as.enteredAt);
    this.rules = as.rules;
  }

  /** One who comes. */
  static entering(run: Run, noun: ConferenceNoun, rules: StayRules): Participant {
    const { participantLabel: label, startConferenceOnEnter, endConferenceOnExit, beep, muted, coach: coached } = noun;
    return new Participant(run, { callSid: run.callSid, uuid: run.leg.uuid, label, startConferenceOnEnter, endConferenceOnExit, beep, muted, held: false, coached, joinedAt: Date.now(), enteredAt: null, rules });
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

  /** FreeSWITCH has it in the room. */
  get isInRoom(): boolean {
    return this.enteredAt !== null;
  }

  get kept(): KeptParticipant {
    const { callSid, label, startConferenceOnEnter, endConferenceOnExit, beep, muted, held, holdSounds, coached, joinedAt, enteredAt, rules } = this;
    return { callSid, uuid: this.leg.uuid, label, startConferenceOnEnter, endConferenceOnExit, beep, muted, held, holdSounds, coached, joinedAt: joinedAt.getTime(), enteredAt: enteredAt?.getTime() ?? null, rules };
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
