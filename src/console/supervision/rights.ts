/** What a supervisor may do with a call. */
import type { Call, Me, Mode } from "../api/types.js";

export type Act = "listen" | "pickUp" | "move" | "transfer" | "hangUp";

const MODES: readonly Mode[] = ["listen", "whisper", "barge"];

/** Only who has a phone can hear. In the order of how much is heard of one. */
export const modesOf = ({ agent, permissions }: Pick<Me, "agent" | "permissions">): readonly Mode[] => (agent === null ? [] : MODES.filter((mode) => permissions.includes(mode)));

/** Whether the person sees to other people's calls. */
export const manages = ({ role }: Pick<Me, "role">): boolean => role === "supervisor" || role === "admin" || role === "root";

export function actsOf(call: Call, me: Pick<Me, "agent" | "permissions" | "role">): ReadonlySet<Act> {
  const acts = new Set<Act>();
  if (call.state === "ended" || !manages(me)) return acts;
  const own = me.agent !== null && call.legs.some(({ agent, role, state }) => agent === me.agent && role !== "supervisor" && state !== "ended");
  const talks = call.state === "active" || call.state === "held";
  if (talks && !own && modesOf(me).length > 0 && call.legs.some(({ role, state }) => role === "agent" && state !== "ringing" && state !== "ended")) acts.add("listen");
  const waits = call.state === "queued" || call.state === "parked";
  if (waits && me.agent !== null) acts.add("pickUp");
  if (waits) acts.add("move");
  if (talks && call.assignedTo !== null && call.transfer === null) acts.add("transfer");
  acts.add("hangUp");
  return acts;
}
