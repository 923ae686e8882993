/** The caller's star, which ends a conversation where Dial says so (`hangupOnStar`, https://www.twilio.com/docs/voice/twiml/dial). */
import type { LiveLeg } from "../calls/index.js";
import type { RunParts } from "./run.js";

/** For as long as the leg's conversation lasts; returns the unsubscribe function. */
export function endsByStar({ legs, children }: Pick<RunParts, "legs" | "children">, leg: LiveLeg, signal: AbortSignal): () => void {
  return legs.onLeg(leg.uuid, (change) => {
    if (change.type === "digit" && change.digit === "*" && leg.hangupOnStar) void children.endTalk(leg, signal).catch(() => undefined);
  });
}
