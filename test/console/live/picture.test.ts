import { effectScope } from "vue";
import { expect, it } from "vitest";
import type { Call, LiveEvent } from "../../../src/console/api/types.js";
import { Picture } from "../../../src/console/live/picture.js";
import { createLiveStore } from "../../../src/console/live/store.js";
import { call, updated } from "../phone/fakes.js";

const snapshot = (part: number, last: boolean, calls: readonly Call[]): LiveEvent => ({
  id: last ? "b-9" : null, type: "snapshot", at: "2026-01-31T12:00:00.000Z", organization: "acme", data: { part, last, calls: [...calls], agents: [], queues: [], switches: [] },
});
const ids = ({ calls }: Picture): string[] => [...calls.keys()];

it("shows what was known until the last part of a snapshot is there, then the snapshot whole", () => {
  const picture = new Picture();
  picture.apply(updated(call({ id: "old" })));
  picture.take();
  expect(picture.apply(snapshot(1, false, [call({ id: "c1" })]))).toBe(false);
  expect([ids(picture), picture.take().everything]).toEqual([["old"], false]);
  picture.apply(snapshot(2, false, [call({ id: "c2" })]));
  expect(picture.apply(snapshot(3, true, [call({ id: "c3" })]))).toBe(true);
  expect([ids(picture), picture.take().everything, picture.known]).toEqual([["c1", "c2", "c3"], true, true]);
});

it("begins anew with the first part of another snapshot", () => {
  const picture = new Picture();
  picture.apply(snapshot(1, false, [call({ id: "broken off" })]));
  picture.apply(snapshot(1, false, [call({ id: "c1" })]));
  picture.apply(snapshot(2, true, []));
  expect(ids(picture)).toEqual(["c1"]);
});

it("loses no event that comes between the parts", () => {
  const picture = new Picture();
  picture.apply(snapshot(1, false, [call({ id: "c1" }), call({ id: "c2" })]));
  picture.apply(updated(call({ id: "c1", state: "held" })));
  picture.apply({ id: "b-4", type: "call.removed", at: "2026-01-31T12:00:00.000Z", organization: "acme", data: { callId: "c2", reason: "ended", to: null } });
  picture.apply(snapshot(2, true, [call({ id: "c3" })]));
  expect([...picture.calls.values()].map(({ id, state }) => [id, state])).toEqual([["c1", "held"], ["c3", "active"]]);
});

/** A connection on which the server's events are said by the test. */
function open() {
  const frames: (() => void)[] = [];
  const sockets: { onmessage: ((event: { readonly data: string }) => void) | null; close: () => void }[] = [];
  const store = createLiveStore({
    ticket: () => Promise.resolve("t"),
    url: () => "ws://live",
    open: () => {
      const socket = { onopen: null, onmessage: null, onclose: null, close: () => undefined };
      sockets.push(socket);
      const given: unknown = socket;
      return given as WebSocket;
    },
  }, (run) => void frames.push(run));
  const tell = (event: LiveEvent): void => sockets.at(-1)?.onmessage?.({ data: JSON.stringify(event) });
  const frame = (): void => {
    for (const run of frames.splice(0)) run();
  };
  return { store, tell, frame, isOpen: () => sockets.length };
}

it("draws nothing of half a snapshot, in a frame that was asked for before it came", async () => {
  const { store, tell, frame, isOpen } = open();
  const scope = effectScope();
  store.open();
  await expect.poll(isOpen).toBe(1);
  const shown = scope.run(() => store.slice(["calls"], ids));
  tell(snapshot(1, true, [call({ id: "c1" }), call({ id: "c2" })]));
  frame();
  tell(updated(call({ id: "c1", state: "held" })));
  tell(snapshot(1, false, [call({ id: "c1" })]));
  frame();
  expect(shown?.value).toEqual(["c1", "c2"]);
  tell(snapshot(2, true, [call({ id: "c3" })]));
  frame();
  expect(shown?.value).toEqual(["c1", "c3"]);
  scope.stop();
  store.close();
});

it("forgets the picture with the session: who logs in next is not shown what the one before saw", async () => {
  const { store, tell, frame, isOpen } = open();
  const scope = effectScope();
  store.open();
  await expect.poll(isOpen).toBe(1);
  const shown = scope.run(() => store.slice(["calls"], ids));
  tell(snapshot(1, true, [call({ id: "c1" })]));
  frame();
  store.close();
  store.open();
  frame();
  expect([shown?.value, store.picture.known]).toEqual([[], false]);
  scope.stop();
  store.close();
});
