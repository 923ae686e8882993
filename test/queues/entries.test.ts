/** Who waits, as the events tell it: whoever applies them has the queue as the list shows it, at every moment. */
import { expect, it } from "vitest";
import { entryOf, queueOf } from "../../src/queues/index.js";
import { WaitingRoom, type WaitingCall, type WaitingRoomSource } from "../../src/queues/waiting-room.js";
import { queuesOf } from "../live/support.js";
import { silentLogger } from "../agents/support.js";
import { StreamPicture } from "../support/stream-picture.js";

const figures = queuesOf(new WaitingRoom({ all: () => [], find: () => undefined, onChange: () => () => undefined }, silentLogger)).queue(1, "").figures;

/** Numbers that look random and are always the same. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

it("is complete, with every place, priority and phone that rings", () => {
  let follow: Parameters<WaitingRoomSource["onChange"]>[0] = () => undefined;
  const calls = new Map<string, WaitingCall>();
  const room = new WaitingRoom({ all: () => [], find: (id) => calls.get(id), onChange: (handler) => ((follow = handler), () => undefined) }, silentLogger);
  const views = { directory: { department: () => undefined }, room, fromText: ({ number }: { readonly number: string }) => number, figures: () => figures };
  const picture = new StreamPicture();
  room.onLine(({ type, caller, waiting }) => {
    const data = { queue: { name: caller.department, waiting }, callId: caller.id };
    picture.apply({ type: `queue.${type}`, data: type === "left" ? data : { ...data, entry: entryOf(views, caller) } });
  });
  const pick = random(7);
  const customer = { answered: true, agentId: null, partner: null };
  let longest = 0;
  for (let step = 0; step < 3000; step++) {
    const id = `c${pick(25)}`;
    const before = calls.get(id);
    const call: WaitingCall = {
      ...(before ?? { id, node: "fs1", organizationId: 1, queuedAt: new Date(step), enteredAt: new Date(step), ended: false, endedByRequest: false, from: `+1555${id}`, fromName: null, owner: null, customer, endedLegs: [], stage: "waiting" as const }),
      queue: ["sales", "support"][pick(8) === 0 ? 1 : 0] ?? null,
      priority: pick(5) - 2,
      stage: pick(10) === 0 ? "message" : "waiting",
      legs: pick(3) === 0 ? [customer, { answered: false, agentId: `10${pick(9)}`, partner: null }] : [customer],
      ended: before !== undefined && pick(4) === 0,
    };
    if (call.ended) calls.delete(id);
    else calls.set(id, call);
    follow({ type: call.ended ? "ended" : "changed", call });
    for (const name of ["sales", "support"]) {
      const { waiting, entries } = queueOf(views, 1, name);
      longest = Math.max(longest, waiting);
      expect({ waiting: picture.queues.get(name)?.waiting ?? 0, entries: picture.queues.get(name)?.entries ?? [] }, `step ${step}`).toEqual({ waiting, entries });
    }
  }
  expect(longest).toBeGreaterThan(10);
});
