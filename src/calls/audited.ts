import { CallplaneError } from "../errors.js";
import type { Call } from "./call.js";
import type { Actor, AuditLog } from "./ports.js";

/**
 * Runs an act. One of a supervisor (or of who may do as much) on a call that is not her own is in the audit log, with what became of it
 * (CONTRACT, "Who may do what").
 */
export async function audited<T>(audit: AuditLog, actor: Actor, call: Call, action: string, work: () => Promise<T>): Promise<T> {
  const { owner, organizationId } = call;
  if (actor.role === "agent" || (owner !== null && owner === actor.agentId)) return work();
  const note = (outcome: string): void => audit.append({ at: new Date(), organizationId, actor: actor.name, action: `call.${action}`, target: call.id, detail: { owner, outcome } });
  try {
    const result = await work();
    note("done");
    return result;
  } catch (error) {
    note(error instanceof CallplaneError ? error.code : "Internal");
    throw error;
  }
}
