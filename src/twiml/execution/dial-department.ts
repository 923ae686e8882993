/** Dial of a department's queue: the caller is connected with whoever is to be served next there, whom meanwhile no agent is offered. */
import { underAny } from "../../abort.js";
import type { LiveLeg } from "../../calls/index.js";
import { CallplaneError } from "../../errors.js";
import { callSid } from "../../sids.js";
import { partiesOf } from "../call-parameters.js";
import { queueSid } from "../named-queues/queue.js";
import type { QueueNoun } from "../nouns/queue.js";
import type { Run } from "../run.js";
import type { Dial } from "../verbs/dial.js";
import { unconnected, type DialOutcome } from "./dial.js";
import { prepareCaller } from "./prepare-caller.js";
import type { Recorder } from "./recorder.js";
import { talk } from "./talk.js";

type Waiting = ReturnType<Run["parts"]["organizations"]["department"]>["callers"][number];

/** Somebody else may give a caller back, of which nothing tells. */
const LOOK_S = 1;

/** Waits for a caller until the verb's timeout. */
export async function dialDepartment(run: Run, verb: Dial, noun: QueueNoun, recorder: Recorder): Promise<DialOutcome> {
  const { organizations, secondMs } = run.parts;
  const { organizationId } = run.call.account;
  await recorder.begin("ringing");
  const deadline = performance.now() + verb.timeoutS * secondMs;
  for (;;) {
    // Only whom this FreeSWITCH has can be joined with the caller.
    for (const waiting of organizations.department(organizationId, noun.queue).callers.filter(({ node }) => node === run.leg.node)) {
      const outcome = await connect(run, verb, noun, { ...waiting, recorder });
      if (outcome !== null) return outcome;
    }
    const leftS = (deadline - performance.now()) / secondMs;
    if (run.leg.hungUp) return unconnected("canceled");
    if (leftS <= 0) return unconnected("no-answer");
    const changed = new AbortController();
    const off = organizations.onDepartment(() => changed.abort());
    try {
      await run.wait(Math.min(leftS, LOOK_S), changed.signal);
    } finally {
      off();
    }
  }
}

/** Null: this caller cannot be had. */
async function connect(run: Run, verb: Dial, noun: QueueNoun, { id, joinedAt, recorder }: Waiting & { readonly recorder: Recorder }): Promise<DialOutcome | null> {
  const began = performance.now();
  const state: { other: LiveLeg | null; bridged: boolean; talking: Promise<void> | null } = { other: null, bridged: false, talking: null };
  try {
    await run.parts.waits.take(id, { name: "program" }, async (leg, signal) => {
      state.other = leg;
      try {
        const facts = { sid: queueSid(run.call.account.organizationId, noun.queue), waitedS: Math.round((Date.now() - joinedAt.getTime()) / 1000), signal };
        if (!(await prepared(run, noun, leg, facts))) return;
        // From the bridge on the two are one call, which agents may hold and transfer.
        await new Promise<void>((resolve, reject) => {
          state.talking = talk(run, verb, leg, recorder, {
            bothStay: leg.program !== null,
            joined: () => {
              state.bridged = true;
              resolve();
            },
          });
          state.talking.then(resolve, reject);
        });
      } finally {
        if (!state.bridged && !leg.hungUp) run.parts.rooms.music(leg);
      }
    });
    await state.talking;
  } catch (error) {
    run.signal.throwIfAborted();
    if (run.leg.hungUp) return unconnected("canceled");
    // Somebody else has the caller, or the caller has hung up: the next one.
    if (!(error instanceof CallplaneError) || error.code !== "Conflict") throw error;
  }
  if (!state.bridged || state.other === null) return run.leg.hungUp ? unconnected("canceled") : null;
  return { status: "completed", callSid: callSid(state.other.uuid), durationS: Math.round((performance.now() - began) / 1000), bridged: true, others: [] };
}

async function prepared(run: Run, noun: QueueNoun, leg: LiveLeg, about: Parameters<typeof prepareCaller>[3]): Promise<boolean> {
  const { account, program } = run.call;
  const ended = new AbortController();
  const off = run.parts.legs.onLeg(leg.uuid, ({ type }) => (type === "completed" ? ended.abort() : undefined));
  try {
    const facts = { account, callSid: callSid(leg.uuid), parentCallSid: null, parties: partiesOf(leg, run.parts.legs.callOf(leg), "inbound") };
    const call = { account, facts, cookies: run.parts.web.cookies(), program, parameters: [] };
    return await underAny([about.signal], (signal) => prepareCaller(run, noun, { leg, call, ended: ended.signal }, { ...about, signal }));
  } finally {
    off();
  }
}
