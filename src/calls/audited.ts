import { CallplaneError } from "../errors.js";
import type { Call } from "./call.js";
import type { ControlContext } from "./control/context.js";
import type { Actor } from "../people/index.js";

/**
 * Runs an act, and tells what became of it. One of a supervisor (or of who may do as much) on a call that is not her own is in the audit log, with what became of it
 * (CONTRACT, "Who may do what").
 */
export async function audited<T>(context: Pick<ControlContext, "audit" | "acted" | "registry">, actor: Actor, call: Call, action: string, work: () => Promise<T>, told: Told<T> = {}): Promise<T> {
  const { owner, organizationId } = call;
  const inAudit = actor.role !== "agent" && (owner === null || owner !== actor.agentId);
  const note = (outcome: string, detail: Readonly<Record<string, string>>): Promise<void> => {
    if (inAudit) context.audit.append({ at: new Date(), organizationId, actor: actor.name, action: `call.${action}`, target: call.id, detail: { owner, outcome } });
    return context.acted({ callId: call.id, at: context.registry.now(call.node), actor: actor.name, role: actor.role, agentId: actor.agentId, action, outcome, detail });
  };
  try {
    const result = await work();
    // What is told as done must not be lost with the process.
    await note("done", { ...told.asked, ...told.given?.(result) });
    return result;
  } catch (error) {
    void note(error instanceof CallplaneError ? error.code : "Internal", told.asked ?? {});
    throw error;
  }
}

/** What is told of an act besides that it was done. */
export interface Told<T> {
  readonly asked?: Readonly<Record<string, string>>;
  readonly given?: (result: T) => Readonly<Record<string, string>>;
}
