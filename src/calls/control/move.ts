import { conflict, notFound } from "../../errors.js";
import { queueName } from "../../freeswitch/index.js";
import type { Call } from "../call.js";
import { organizationOf, type ControlContext } from "./context.js";
import { part } from "./legs.js";

/** Where a caller is to wait, and how urgent the caller is (-10 to 10); what is not given stays. */
export interface Move {
  readonly department?: string;
  readonly priority?: number;
}

/** For the records. */
export const wordsOf = (to: Move): Readonly<Record<string, string>> => Object.fromEntries(Object.entries(to).map(([name, value]) => [name, String(value)]));

/** A caller who waits in a department, or is parked, waits in another one, or is served sooner or later. Phones that ring for the caller stop. */
export async function move(context: ControlContext, call: Call, { department, priority }: Move, signal: AbortSignal): Promise<void> {
  const { directory, registry } = context;
  const caller = call.customer;
  if ((call.state !== "queued" && call.state !== "parked") || caller === undefined || !caller.parked) throw conflict(`Nobody waits on the call ${call.id}: it is ${call.state}.`);
  const queue = department === undefined ? call.queue : queueName(department, "department");
  if (queue === null) throw conflict(`The call ${call.id} waits in no department: name one.`);
  if (!directory.hasDepartment(organizationOf(context, call).id, queue)) throw notFound(`The department ${queue}`);
  const urgency = priority === undefined ? {} : { priority };
  if (queue === call.queue) {
    registry.annotate(call, urgency);
    return;
  }
  // FreeSWITCH would end a park that has a time.
  if (caller.timedPark === caller.parks) await part(context, caller, null, signal);
  registry.waitsAsCaller(caller);
  registry.annotate(call, { queue, owner: null, mode: null, ...urgency, handover: { how: "moved", from: call.owner, to: { type: "department", to: queue } } });
}
