/** `<Enqueue>`: a department of that name, whose callers go to its agents, or a queue of the program's own (https://www.twilio.com/docs/voice/twiml/enqueue). */
import { underAny, unlessAborted } from "../../abort.js";
import { Dequeued, type NamedQueue, type QueueMember, type QueueResult } from "../named-queues/queue.js";
import { NEXT, type Next } from "../next.js";
import type { Form } from "../ports.js";
import { PROGRAM_CODES } from "../program-error.js";
import type { Run } from "../run.js";
import type { Enqueue } from "../verbs/enqueue.js";
import { noteTask } from "./noted.js";
import { waitInDepartment } from "./wait-in-department.js";
import { waitOn } from "./waiting.js";

export interface QueueStay {
  readonly result: QueueResult;
  /** Seconds; null: the caller was not in the queue. */
  readonly waitedS: number | null;
  readonly sid: string | null;
}

export async function enqueue(run: Run, verb: Enqueue): Promise<Next> {
  const about = { element: "Enqueue", line: verb.line };
  if (run.kind !== "call") {
    run.warn(PROGRAM_CODES.schemaWarning, "<Enqueue> cannot stand in a document that runs before the bridge, or while somebody waits, so it is skipped.", about);
    return NEXT;
  }
  const { organizationId } = run.call.account;
  const name = verb.queue ?? run.parts.organizations.departmentOfWorkflow(organizationId, verb.workflowSid ?? "");
  if (name === null) {
    run.error(PROGRAM_CODES.schemaWarning, "Its workflow stands for no department here, so it is skipped.", about);
    return NEXT;
  }
  await run.answer();
  noteTask(run, verb);
  const stay = run.parts.directory.hasDepartment(organizationId, name) ? await waitInDepartment(run, verb, name) : await waitInQueue(run, verb, name);
  run.signal.throwIfAborted();
  if (run.leg.hungUp) {
    if (verb.action !== null) await run.lastRequest(verb.action, verb.method, parametersOf(stay));
    return NEXT;
  }
  return verb.action === null ? NEXT : run.action(verb.action, verb.method, parametersOf(stay));
}

const parametersOf = ({ result, waitedS, sid }: QueueStay): Form => [
  ["QueueResult", result],
  ...(sid === null ? [] : ([["QueueSid", sid]] as const)),
  ...(waitedS === null ? [] : ([["QueueTime", String(waitedS)]] as const)),
];

async function waitInQueue(run: Run, verb: Enqueue, name: string): Promise<QueueStay> {
  const { organizationId } = run.call.account;
  const queue = run.parts.queues.open(organizationId, name, verb.maxQueueSize ?? undefined);
  const member = queue?.join(run) ?? null;
  if (queue === null || member === null) return { result: "queue-full", waitedS: null, sid: queue?.sid ?? null };
  try {
    const result = await untilTaken(run, verb, queue, member);
    return { result, waitedS: member.waitedS, sid: queue.sid };
  } finally {
    queue.leave(member);
  }
}

async function untilTaken(run: Run, verb: Enqueue, queue: NamedQueue, member: QueueMember): Promise<QueueResult> {
  try {
    const outcome = await underAny([run.signal, run.ended, member.taken.signal], (signal) => waitOn(run, verb, () => queue.parametersOf(member), signal));
    if (outcome === "hangup") await run.parts.legs.end(run.leg);
    return outcome;
  } catch (error) {
    run.signal.throwIfAborted();
    if (run.leg.hungUp) return "hangup";
    if (!(error instanceof Dequeued)) throw error;
    // Whoever took the caller talks to the caller now, and the bridge may end a moment later than they.
    return await run.lend(async () => {
      const result = await unlessAborted(run.signal, member.released);
      await run.parts.waits.untilAlone(run.leg, run.signal);
      return result ?? "redirected-from-bridged";
    });
  }
}
