/** Changes of our own small state of calls and legs, which FreeSWITCH keeps for us on the channels. */
import type { Attributes } from "./attributes.js";
import type { MediaSource } from "../freeswitch/index.js";
import type { MutableCall, ParkMode, ProgramSupervision } from "./call.js";
import type { LegSupervision } from "./channel.js";
import type { Handover } from "./handover.js";
import type { Help } from "./help.js";
import { FIRST_IN_LINE } from "./channel-state.js";
import type { Quality } from "./quality.js";
import type { Target, WaitingStage } from "./types.js";

/** Our own small state of a call; a missing field is left as it is. */
export interface CallPatch {
  readonly owner?: string | null;
  readonly queue?: string | null;
  readonly mode?: ParkMode | null;
  /** With the mode `held`: the agent whose phone has vanished. */
  readonly lost?: string;
  /** With a queue: before all others. */
  readonly first?: boolean;
  readonly stage?: WaitingStage | null;
  readonly ownSounds?: boolean;
  readonly endedByRequest?: boolean;
  readonly programs?: readonly ProgramSupervision[];
  /** Null: none is under way any more. */
  readonly transfer?: Target | null;
  /** Of a caller who waits, -10 to 10. */
  readonly priority?: number;
  readonly attributes?: Attributes;
  readonly handover?: Handover;
  /** Null: nobody asks for it any more. */
  readonly help?: Omit<Help, "since" | "isAnswered"> | "answered" | null;
}

/** Our own small state of a leg; a missing field is left as it is. */
export interface LegPatch {
  readonly second?: "made";
  readonly memberId?: string;
  readonly consult?: boolean;
  readonly consultHeld?: boolean;
  readonly quality?: Quality;
  readonly lostAt?: Date | null;
  readonly keyBound?: boolean;
  readonly queueVariable?: string;
  readonly timedPark?: number;
  readonly music?: MediaSource;
  readonly soundDue?: boolean;
  readonly presenceData?: string;
  readonly attributesData?: string;
  readonly program?: string | null;
  readonly hangupOnStar?: boolean;
  readonly inRecord?: true;
  readonly recordingPaused?: boolean;
  readonly supervision?: Partial<Pick<LegSupervision, "mode" | "target">>;
}

/** `now`: by the clock of the call's FreeSWITCH. */
export function applyPatch(call: MutableCall, patch: CallPatch, now: Date): void {
  if (patch.owner !== undefined) call.owner = patch.owner;
  if (patch.queue !== undefined && patch.queue !== call.queue) {
    if (patch.queue === null) call.waitsNoMore();
    else call.waitsIn(patch.queue, now);
    call.priority = patch.first === true ? FIRST_IN_LINE : Math.min(call.priority, FIRST_IN_LINE - 1);
    call.ownSounds = false;
  }
  if (patch.priority !== undefined) call.priority = patch.priority;
  if (patch.transfer !== undefined) call.transfer = patch.transfer === null ? null : { ...patch.transfer, since: now };
  if (patch.handover !== undefined) call.handover = patch.handover;
  if (patch.help === "answered") call.help = call.help && { ...call.help, isAnswered: true };
  else if (patch.help !== undefined) call.help = patch.help && { ...patch.help, since: now, isAnswered: false };
  if (patch.attributes !== undefined) call.attributes = patch.attributes;
  if (patch.programs !== undefined) call.programs = patch.programs;
  if (patch.stage !== undefined) call.stage = patch.stage;
  if (patch.ownSounds !== undefined) call.ownSounds = patch.ownSounds;
  if (patch.endedByRequest !== undefined) call.endedByRequest = patch.endedByRequest;
  if (patch.mode !== undefined) {
    call.mode = patch.mode;
    call.lost = patch.lost ?? null;
    call.parkedAt = patch.mode === null ? null : now;
  }
}
