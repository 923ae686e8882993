/** What an agent tells others about a call, which FreeSWITCH does not hear of. */
import { conflict } from "../../errors.js";
import type { Actor } from "../../people/index.js";
import type { Call } from "../call.js";
import { isNews, type QualityReport } from "../quality.js";
import { subjectOf } from "../views.js";
import type { ControlContext } from "./context.js";
import { agentLeg } from "./parties.js";

/** Why an agent needs help; null: not said. */
export interface HelpRequest {
  readonly reason: string | null;
}

/** The agent of the call needs a supervisor; null: does not any more. */
export function askForHelp({ announce, registry }: ControlContext, actor: Actor, call: Call, request: HelpRequest | null): void {
  if (request === null) {
    if (call.help !== null) registry.annotate(call, { help: null });
    return;
  }
  const { reason } = request;
  const by = helpedIn(call, actor);
  registry.annotate(call, { help: { by, reason } });
  announce({ type: "call.help", call: subjectOf(registry, call), agent: by, reason });
}

/** Who is on the call and asks, else whose call it is: a supervisor may ask for an agent. */
function helpedIn(call: Call, { agentId }: Actor): string | null {
  return agentId !== null && call.legOf(agentId) !== undefined ? agentId : (call.owner ?? agentId);
}

/** Shows on the agent's leg what its phone reports, unless it was as good a moment ago. */
export function keepQuality({ registry }: ControlContext, actor: Actor, call: Call, report: QualityReport): void {
  const leg = agentLeg(call, actor);
  if (leg === undefined || !leg.answered) throw conflict("The agent has no phone on this call.");
  const at = registry.now(call.node);
  if (!isNews(report, leg.quality, at)) return;
  registry.annotateLeg(leg, { quality: { ...report, at } });
  registry.markChanged(call);
}
