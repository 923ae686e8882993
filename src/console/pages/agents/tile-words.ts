/** What an agent does, in words. */
import type { Agent, Call } from "../../api/types.js";
import type { Messages } from "../../messages/index.js";
import { numberText } from "../../ui/number-text.js";
import { partyOf, partyText, type NameOf } from "../calls/party.js";
import type { Tile } from "./tiles.js";

/** Wrap-up is a reason that the system gives; people read another word for it. */
const reasonOf = (reason: string, t: Messages): string => (reason === "wrapUp" ? t.agents.reasonWrapUp : reason);

export function statusText(status: Agent["status"], reason: string | null, t: Messages): string {
  if (status === "away" && reason !== null) return reason === "wrapUp" ? t.common.agentState.wrapUp : t.agents.awayFor(reason);
  return t.agents.status[status];
}

/** Whom the agent asks. */
export const consultWords = ({ agent, to }: NonNullable<Call["consult"]>, call: Call, t: Messages, nameOf: NameOf): string => t.agents.consults(agent === null ? numberText(call, to) : nameOf(agent));

/** With whom, or why not: the second line of a tile. */
export function tileWords({ agent, call, state }: Tile, t: Messages, nameOf: NameOf): string {
  if (call !== null && (state === "inCall" || state === "held" || state === "ringing")) {
    const name = partyText(partyOf(call, nameOf));
    if (state === "ringing") return t.agents.ringingWith(name);
    if (state === "held") return t.agents.heldWith(name);
    const { consult } = call;
    if (consult !== null && call.assignedTo === agent.id) return consultWords(consult, call, t, nameOf);
    return name;
  }
  if (state === "away" && agent.reason !== null) return t.agents.awayFor(reasonOf(agent.reason, t));
  return t.common.agentState[state];
}

/** The status that follows the call, and who asked for it; empty: none. */
export function nextWords({ next }: Agent, t: Messages): string {
  if (next === null) return "";
  const status = statusText(next.status, next.reason, t).toLowerCase();
  return next.by === null || next.by === "system" ? t.agents.next(status) : t.agents.nextBy(status, next.byName ?? next.by);
}
