/** Dial of a queue: the caller is connected with whoever has waited there longest (https://www.twilio.com/docs/voice/twiml/queue). */
import { onAbort, underAny } from "../../abort.js";
import { interpret } from "../interpreter.js";
import type { NamedQueue, QueueMember } from "../named-queues/queue.js";
import type { QueueNoun } from "../nouns/queue.js";
import { ProgramError } from "../program-error.js";
import type { Run } from "../run.js";
import type { Dial } from "../verbs/dial.js";
import { unconnected, type DialOutcome } from "./dial.js";
import { Recorder } from "./recorder.js";
import { talk } from "./talk.js";

/** Twilio's errors (https://www.twilio.com/docs/api/errors). */
const NESTED_DIAL = 13201;
const NO_QUEUE = 13227;

export async function dialQueue(run: Run, verb: Dial, noun: QueueNoun): Promise<DialOutcome> {
  const about = { element: "Queue", line: noun.line };
  if (run.kind !== "call") {
    run.error(NESTED_DIAL, "<Dial> cannot stand in a document that runs before the bridge, or while somebody waits.", about);
    return unconnected("failed");
  }
  await run.answer();
  const queue = run.parts.queues.find(run.call.account.organizationId, noun.queue);
  if (queue === undefined) {
    run.error(NO_QUEUE, "There is no such queue; the callers of a department are given to its agents.", about);
    return unconnected("failed");
  }
  const deadline = performance.now() + verb.timeoutS * run.parts.secondMs;
  for (;;) {
    const member = await nextOf(run, queue, deadline);
    if (member === null) return unconnected(run.leg.hungUp ? "canceled" : "no-answer");
    const outcome = await connect(run, verb, noun, queue, member);
    // The caller had hung up meanwhile: the next one.
    if (outcome !== null) return outcome;
  }
}

/** Null: nobody has come in time, or the caller has hung up. */
async function nextOf(run: Run, queue: NamedQueue, deadline: number): Promise<QueueMember | null> {
  for (;;) {
    const member = queue.take();
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

async function connect(run: Run, verb: Dial, noun: QueueNoun, queue: NamedQueue, member: QueueMember): Promise<DialOutcome | null> {
  const began = performance.now();
  const { leg, callSid } = member.run;
  const recorder = new Recorder(run, verb);
  let bridged = false;
  try {
    if (!(await prepare(run, noun, queue, member))) return null;
    await talk(run, verb, leg, recorder, { bothStay: true, joined: () => (bridged = true) });
    return { status: "completed", callSid, durationS: Math.round((performance.now() - began) / 1000), bridged: true, recording: await recorder.end(), others: [] };
  } catch (error) {
    run.signal.throwIfAborted();
    if (!leg.hungUp && !run.leg.hungUp) throw error;
    return run.leg.hungUp ? unconnected("canceled", callSid) : null;
  } finally {
    member.release(bridged ? "bridged" : leg.hungUp ? "hangup" : "error");
  }
}

/** What the one who waited hears before the bridge. False: this caller has hung up. */
async function prepare(run: Run, noun: QueueNoun, queue: NamedQueue, member: QueueMember): Promise<boolean> {
  const { leg } = member.run;
  if (leg.hungUp) return false;
  await run.parts.legs.silence(leg);
  if (noun.document === null) return true;
  const url = run.url(noun.document.url);
  const callerGone = new AbortController();
  const off = onAbort(run.ended, () => callerGone.abort(run.ended.reason));
  try {
    await underAny([run.signal, member.run.signal, callerGone.signal], (signal) => {
      const beside = member.run.beside(leg, "waiting", member.run.call, { signal, ended: member.run.ended });
      const parameters = [["QueueSid", queue.sid], ["QueueTime", String(member.waitedS)], ["DequeingCallSid", run.callSid]] as const;
      return interpret(beside, { source: { url, method: noun.document?.method ?? "POST" }, parameters, fallback: null });
    });
  } catch (error) {
    run.signal.throwIfAborted();
    if (leg.hungUp) return false;
    // It is in the log of the one who waited; the two are connected all the same.
    if (!(error instanceof ProgramError)) throw error;
  } finally {
    off();
  }
  return !leg.hungUp;
}
