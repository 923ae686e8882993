import type { ShownRecording } from "../events/index.js";
import type { ListedRecording } from "./recording.js";

/** As lists and events show it, without its path on FreeSWITCH's disk. */
export function shownRecording({ id, callId, startedBy, startedAt, endedAt, removedAt, call }: ListedRecording): ShownRecording {
  const { direction = null, from = null, fromName = null, to = null, agentId = null, department = null } = call ?? {};
  const durationMs = endedAt === null ? null : Math.max(0, endedAt.getTime() - startedAt.getTime());
  const iso = (at: Date | null): string | null => at?.toISOString() ?? null;
  return { id, callId, startedBy, startedAt: startedAt.toISOString(), endedAt: iso(endedAt), durationMs, removedAt: iso(removedAt), direction, from, fromName, to, agent: agentId, department };
}
