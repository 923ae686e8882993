import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { LiveEvent } from "../../../src/console/api/types.js";
import { LiveConnection, type ConnectionState } from "../../../src/console/live/connection.js";
import { call, updated } from "../phone/fakes.js";

const BEGAN = 1_000_000;

class Socket {
  readonly query: URLSearchParams;
  onopen: (() => void) | null = null;
  onmessage: ((event: { readonly data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  closedWith: number | null | undefined = null;
  constructor(query: string) {
    this.query = new URLSearchParams(query);
  }
  close(code?: number): void {
    this.closedWith = code;
  }
  tell(event: LiveEvent): void {
    this.onmessage?.({ data: JSON.stringify(event) });
  }
}
const snapshot = (last: boolean): LiveEvent => ({ id: last ? "b-9" : null, type: "snapshot", at: "2026-01-31T12:00:00.000Z", organization: "acme", data: { part: 1, last, calls: [], agents: [], queues: [], switches: [] } });

let sockets: Socket[];
let states: ConnectionState[];
let events: string[];
let ticket: () => Promise<string | null>;
let connection: LiveConnection;

beforeEach(() => {
  vi.useFakeTimers({ now: BEGAN });
  sockets = [];
  states = [];
  events = [];
  let tickets = 0;
  ticket = () => Promise.resolve(`ticket ${++tickets}`);
  connection = new LiveConnection({
    ticket: () => ticket(),
    url: (query) => String(query),
    open: (url) => {
      const socket = new Socket(url);
      sockets.push(socket);
      const given: unknown = socket;
      return given as WebSocket;
    },
    event: ({ type }) => events.push(type),
    state: (state) => states.push(state),
    // As long as a pause can be.
    random: () => 1,
  });
});
afterEach(() => {
  connection.close();
  vi.useRealTimers();
});

/** The newest one. */
function socket(): Socket {
  const last = sockets.at(-1);
  if (last === undefined) throw new Error("no stream was opened");
  return last;
}
const now = (): ConnectionState["kind"] | undefined => states.at(-1)?.kind;
const passed = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);
async function live(): Promise<void> {
  connection.open();
  await passed();
  socket().onopen?.();
  socket().tell(snapshot(false));
  socket().tell(snapshot(true));
}

describe("the first time", () => {
  it("is live when the snapshot is whole, not when the stream is open", async () => {
    connection.open();
    connection.open();
    await passed();
    expect([sockets.length, now(), [...socket().query]]).toEqual([1, "connecting", [["ticket", "ticket 1"]]]);
    socket().onopen?.();
    socket().tell(snapshot(false));
    expect(now()).toBe("connecting");
    socket().tell(snapshot(true));
    expect([now(), events]).toEqual(["live", ["snapshot", "snapshot"]]);
  });

  it("opens nothing for who is not logged in, and a login does", async () => {
    ticket = () => Promise.resolve(null);
    connection.open();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([sockets.length, now()]).toEqual([0, "connecting"]);
    ticket = () => Promise.resolve("ticket");
    connection.retry();
    await passed();
    expect(sockets).toHaveLength(1);
  });
});

describe("a stream that breaks off", () => {
  it("is resumed after the last event, and live as soon as it is open: what was missed comes without a snapshot", async () => {
    await live();
    socket().tell({ ...updated(call({ id: "c1" })), id: "b-12" });
    socket().onclose?.();
    expect(states.at(-1)).toEqual({ kind: "lost", since: BEGAN, nextAt: BEGAN + 500 });
    await vi.advanceTimersByTimeAsync(500);
    expect([...socket().query]).toEqual([["ticket", "ticket 2"], ["lastEventId", "b-12"]]);
    expect(now()).toBe("lost");
    socket().onopen?.();
    expect(now()).toBe("live");
  });

  it("is tried again with pauses that grow up to 15 s, and says since when it is gone", async () => {
    await live();
    const pauses: number[] = [];
    for (let each = 0; each < 8; each++) {
      socket().onclose?.();
      const state = states.at(-1);
      if (state?.kind !== "lost") throw new Error("it is not lost");
      expect(state.since).toBe(BEGAN);
      pauses.push(state.nextAt - Date.now());
      await vi.advanceTimersByTimeAsync(state.nextAt - Date.now());
    }
    expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
    // Once it was live again, the next loss begins anew.
    socket().onopen?.();
    socket().onclose?.();
    expect(states.at(-1)).toEqual({ kind: "lost", since: Date.now(), nextAt: Date.now() + 500 });
  });

  it("is tried again, too, when no ticket can be had", async () => {
    ticket = () => Promise.reject(new Error("not reached"));
    connection.open();
    await passed();
    expect([now(), sockets.length]).toEqual(["lost", 0]);
    ticket = () => Promise.resolve("ticket");
    await vi.advanceTimersByTimeAsync(500);
    expect(sockets).toHaveLength(1);
  });

  it("is tried at once by who does not want to wait, and not a second time when the pause is over", async () => {
    await live();
    socket().onclose?.();
    connection.retry();
    await passed();
    expect(sockets).toHaveLength(2);
    socket().onopen?.();
    connection.retry();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(sockets).toHaveLength(2);
  });
});

it("is lost when the network has gone without a word, and hears nothing of the old stream any more", async () => {
  await live();
  await vi.advanceTimersByTimeAsync(34_000);
  expect(now()).toBe("live");
  socket().tell(updated(call({ id: "c1" })));
  await vi.advanceTimersByTimeAsync(34_000);
  expect(now()).toBe("live");
  await vi.advanceTimersByTimeAsync(3500);
  const old = sockets[0];
  expect([now(), old?.closedWith]).toEqual(["lost", undefined]);
  const before = states.length;
  old?.onclose?.();
  old?.tell(updated(call({ id: "c2" })));
  expect([states.length, events.at(-1)]).toEqual([before, "call.updated"]);
  expect(events).toHaveLength(3);
});

it("is lost at once when the browser says that it is offline", async () => {
  connection.offline();
  expect(states).toEqual([]);
  await live();
  connection.offline();
  expect(now()).toBe("lost");
});

describe("closed by the page", () => {
  it("stays so, and begins with a snapshot when it is opened again", async () => {
    await live();
    connection.close();
    expect(socket().closedWith).toBe(1000);
    socket().onclose?.();
    connection.retry();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([now(), sockets.length]).toEqual(["live", 1]);
    connection.open();
    await passed();
    expect([now(), [...socket().query]]).toEqual(["connecting", [["ticket", "ticket 2"]]]);
  });

  it("opens no stream with a ticket that comes afterwards", async () => {
    let give: (value: string) => void = () => undefined;
    ticket = () => new Promise((resolve) => (give = resolve));
    connection.open();
    connection.close();
    give("late");
    await passed();
    let refuse: (error: Error) => void = () => undefined;
    ticket = () => new Promise((_, reject) => (refuse = reject));
    connection.open();
    connection.close();
    refuse(new Error("not reached"));
    await vi.advanceTimersByTimeAsync(60_000);
    expect([sockets.length, now()]).toEqual([0, "connecting"]);
  });
});
