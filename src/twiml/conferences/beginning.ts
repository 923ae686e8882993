import { newSid } from "../../sids.js";
import type { ConferenceNoun } from "../nouns/conference.js";
import type { Run } from "../run.js";
import type { KeptConference } from "./kept.js";

/** A new conference. @param noun as the first participant has it: callbacks and recording count as it sets them */
export function beginning(run: Run, noun: ConferenceNoun): KeptConference {
  const about = { element: "Conference", line: noun.line };
  const { organizationId, line = null } = run.call.account;
  return {
    sid: newSid("CF"),
    organizationId,
    line,
    name: noun.name,
    node: run.leg.node,
    createdAt: Date.now(),
    maxParticipants: noun.maxParticipants,
    state: "init",
    ended: null,
    callback: run.callbackOf(noun.statusCallback, about),
    sequence: 1,
    untold: [],
    recording: noun.record ? { sid: newSid("RE"), trim: noun.trim, callback: run.callbackOf(noun.recordingCallback, about), path: "", startedAt: null } : null,
    participants: [],
  };
}
