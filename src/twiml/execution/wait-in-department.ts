/** The wait in a department: its router gives the caller to an agent, while the caller hears the department's sounds or the program's. */
import { underAny } from "../../abort.js";
import { MAX_QUEUE_SIZE, queueSid, type QueueResult } from "../named-queues/queue.js";
import type { Form } from "../ports.js";
import type { Run } from "../run.js";
import type { Enqueue } from "../verbs/enqueue.js";
import type { QueueStay } from "./enqueue.js";
import { untilAborted, waitOn } from "./waiting.js";

/** Somebody has the caller, or nobody any more. */
class Changed extends Error {}

export async function waitInDepartment(run: Run, verb: Enqueue, department: string): Promise<QueueStay> {
  const { organizationId } = run.call.account;
  const { waits } = run.parts;
  const sid = queueSid(organizationId, department);
  if (isFull(run, department)) return { result: "queue-full", waitedS: null, sid };
  const joined = Date.now();
  let waitedS: number | null = null;
  const waited = (): number => Math.round((Date.now() - joined) / 1000);
  const own = verb.waitUrl !== null;
  const talk = waits.watchTalk(run.leg);
  const freed = (): QueueResult => (talk.talked() ? "bridged" : run.leg.hungUp ? "hangup" : "leave");
  let isOver = false;
  try {
    const result = await run.lend(async (): Promise<QueueResult> => {
      await waits.enter(run.leg, department, { silent: own });
      run.silentDocuments = 0;
      for (;;) {
        const state = await untilChanged(run, verb, () => facts(run, department, sid, waited()));
        if (state === "leave" || state === "hangup") {
          waits.leave(run.leg);
          if (state === "hangup") await run.parts.legs.end(run.leg);
          return state;
        }
        waitedS = waited();
        if (state === "free" || run.leg.hungUp) return freed();
        // Somebody has answered: they talk, or the caller waits again.
        if ((await waits.untilBack(run.leg, run.signal)) === "free") return freed();
        waitedS = null;
      }
    });
    isOver = true;
    return { result, waitedS: waitedS ?? waited(), sid };
  } finally {
    talk.stop();
    waits.hush(run.leg);
    // What comes next is not for a caller whom an agent may be given meanwhile. Another document takes the caller out of everything, and after a restart the caller waits on.
    if (!isOver && !run.signal.aborted && !run.leg.hungUp) waits.leave(run.leg);
  }
}

/** What the caller hears until an agent has answered (`taken`), nobody has the caller (`free`), or the program's document ends the wait. */
async function untilChanged(run: Run, verb: Enqueue, parameters: () => Form): Promise<"taken" | "free" | "leave" | "hangup"> {
  const changed = new AbortController();
  const watch = new AbortController();
  let state: "taken" | "free" = "free";
  const watched = underAny([run.signal, watch.signal], (signal) => run.parts.waits.untilTakenOrFree(run.leg, signal)).then(
    (found) => {
      state = found;
      changed.abort(new Changed());
    },
    () => undefined,
  );
  try {
    return await underAny([run.signal, run.ended, changed.signal], (signal) => (verb.waitUrl === null ? untilAborted(signal) : waitOn(run, verb, parameters, signal)));
  } catch (error) {
    run.signal.throwIfAborted();
    if (run.leg.hungUp) return "free";
    if (!(error instanceof Changed)) throw error;
    return state;
  } finally {
    watch.abort(new Changed());
    await watched;
  }
}

/** The program is told so at once, and decides; callers without one go where the department's overflow says. */
function isFull(run: Run, department: string): boolean {
  const { callers, maxLength } = run.parts.organizations.department(run.call.account.organizationId, department);
  return maxLength !== null && callers.length >= maxLength;
}

function facts(run: Run, department: string, sid: string, waitedS: number): Form {
  const { callers, maxLength } = run.parts.organizations.department(run.call.account.organizationId, department);
  const { id: own } = run.liveCall;
  return [
    ["QueueSid", sid],
    ["QueuePosition", String(Math.max(1, callers.findIndex(({ id }) => id === own) + 1))],
    ["QueueTime", String(waitedS)],
    ["AvgQueueTime", "0"],
    ["CurrentQueueSize", String(callers.length)],
    ["MaxQueueSize", String(maxLength ?? MAX_QUEUE_SIZE)],
  ];
}
