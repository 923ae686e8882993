/** Dial of a queue: the caller is connected with whoever has waited there longest (https://www.twilio.com/docs/voice/twiml/queue). */
import type { NamedQueue, QueueMember } from "../named-queues/queue.js";
import type { QueueNoun } from "../nouns/queue.js";
import type { Run } from "../run.js";
import type { Dial } from "../verbs/dial.js";
import { unconnected, type DialOutcome } from "./dial.js";
import { dialDepartment } from "./dial-department.js";
import { prepareCaller } from "./prepare-caller.js";
import type { Recorder } from "./recorder.js";
import { talk } from "./talk.js";

/** Twilio's errors (https://www.twilio.com/docs/api/errors). */
const NESTED_DIAL = 13201;
const NO_QUEUE = 13227;

export async function dialQueue(run: Run, verb: Dial, noun: QueueNoun, recorder: Recorder): Promise<DialOutcome> {
  const about = { element: "Queue", line: noun.line };
  if (run.kind !== "call") {
    run.error(NESTED_DIAL, "<Dial> cannot stand in a document that runs before the bridge, or while somebody waits.", about);
    return unconnected("failed");
  }
  await run.answer();
  const queue = run.parts.queues.find(run.call.account.organizationId, noun.queue);
  if (run.parts.directory.hasDepartment(run.call.account.organizationId, noun.queue)) return dialDepartment(run, verb, noun, recorder);
  if (queue === undefined) {
    run.error(NO_QUEUE, "There is no such queue.", about);
    return unconnected("failed");
  }
  await recorder.begin("ringing");
  const deadline = performance.now() + verb.timeoutS * run.parts.secondMs;
  for (;;) {
    const member = await nextOf(run, queue, deadline);
    if (member === null) return unconnected(run.leg.hungUp ? "canceled" : "no-answer");
    const outcome = await connect(run, verb, noun, { queue, member, recorder });
    // The caller had hung up meanwhile: the next one.
    if (outcome !== null) return outcome;
  }
}

/** Null: nobody has come in time, or the caller has hung up. */
async function nextOf(run: Run, queue: NamedQueue, deadline: number): Promise<QueueMember | null> {
  for (;;) {
    const member = queue.takeOn(run.leg.node);
    if (member !== null) return member;
    const leftS = (deadline - performance.now()) / run.parts.secondMs;
    if (leftS <= 0 || run.leg.hungUp) return null;
    const joined = new AbortController();
    const off = queue.onJoin(() => joined.abort());
    try {
      await run.wait(leftS, joined.signal);
    } finally {
      off();
    }
  }
}

async function connect(run: Run, verb: Dial, noun: QueueNoun, { queue, member, recorder }: { readonly queue: NamedQueue; readonly member: QueueMember; readonly recorder: Recorder }): Promise<DialOutcome | null> {
  const began = performance.now();
  const { leg, callSid } = member.run;
  let bridged = false;
  try {
    if (!(await prepareCaller(run, noun, member.run, { sid: queue.sid, waitedS: member.waitedS, signal: member.run.signal }))) return null;
    await talk(run, verb, leg, recorder, { bothStay: true, joined: () => (bridged = true) });
    return { status: "completed", callSid, durationS: Math.round((performance.now() - began) / 1000), bridged: true, others: [] };
  } catch (error) {
    run.signal.throwIfAborted();
    if (!leg.hungUp && !run.leg.hungUp) throw error;
    return run.leg.hungUp ? unconnected("canceled", callSid) : null;
  } finally {
    member.release(bridged ? "bridged" : leg.hungUp ? "hangup" : "error");
  }
}
