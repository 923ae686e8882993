import type { AuditLog } from "../audit/index.js";
import { CallplaneError } from "../errors.js";
import type { Call } from "./call.js";
import type { ControlContext } from "./control/context.js";
import type { Actor } from "../people/index.js";

/** Runs an act and tells its outcome. An act of anybody but an agent on a call that the actor does not own is in the audit log too (CONTRACT, "Who may do what"). */
export async function audited<T>(context: Pick<ControlContext, "audit" | "acted" | "registry">, actor: Actor, call: Call, action: string, work: () => Promise<T>, told: Told<T> = {}): Promise<T> {
  const inAudit = auditOf(context, actor, call, action);
  const note = (outcome: string, detail: Readonly<Record<string, string>>): Promise<void> => {
    inAudit(outcome, { confirms: outcome === "done" });
    return context.acted({ callId: call.id, at: context.registry.now(call.node), actor: actor.name, role: actor.role, agentId: actor.agentId, action, outcome, detail });
  };
  try {
    const result = await work();
    // An act is confirmed only once it is recorded.
    await note("done", { ...told.asked, ...told.given?.(result) });
    return result;
  } catch (error) {
    void note(outcomeOf(error), told.asked ?? {});
    throw error;
  }
}

/** As `audited`, for what a call's record does not tell: in the audit log alone. */
export function auditedAlone(context: Pick<ControlContext, "audit">, actor: Actor, call: Call, action: string, work: () => void): void {
  const inAudit = auditOf(context, actor, call, action);
  try {
    work();
  } catch (error) {
    inAudit(outcomeOf(error));
    throw error;
  }
  inAudit("done");
}

const outcomeOf = (error: unknown): string => (error instanceof CallplaneError ? error.code : "Internal");

/** Writes an outcome into the audit log, where the act belongs there; whose the call is counts before the act. */
function auditOf({ audit }: Pick<ControlContext, "audit">, actor: Actor, { id, owner, organizationId }: Call, action: string): (outcome: string, options?: Parameters<AuditLog["append"]>[1]) => void {
  if (actor.role === "agent" || (owner !== null && owner === actor.agentId)) return () => undefined;
  return (outcome, options) => audit.append({ at: new Date(), organizationId, actor: actor.name, action: `call.${action}`, target: id, detail: { owner, outcome } }, options);
}

/** Details of an act for the records. */
export interface Told<T> {
  readonly asked?: Readonly<Record<string, string>>;
  readonly given?: (result: T) => Readonly<Record<string, string>>;
}

/** As `audited`, for what ends the call, which is told before the act is confirmed, and must say who asked for it. */
export async function auditedEnd(context: ControlContext, actor: Actor, call: Call, work: () => Promise<void>): Promise<void> {
  context.registry.annotate(call, { endedByRequest: true });
  try {
    await audited(context, actor, call, "hangup", work);
  } catch (error) {
    context.registry.annotate(call, { endedByRequest: false });
    throw error;
  }
}
