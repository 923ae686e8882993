/** Mounts a part of the console in the test's page, with what `main.ts` gives to it: all of it real, but for the server, its stream, and the clock, which stands still. */
import { expect, onTestFinished } from "vitest";
import { createApp, h, nextTick, shallowRef, type Component, type InjectionKey, type VNode } from "vue";
import type { Router } from "vue-router";
import { Session } from "../../../src/console/api/session.js";
import type { Agent, Call, LiveEvent, Me, Queue } from "../../../src/console/api/types.js";
import { CONSOLE, type Console } from "../../../src/console/console.js";
import { createLiveStore } from "../../../src/console/live/store.js";
import { en } from "../../../src/console/messages/en.js";
import { Drafts, DRAFTS } from "../../../src/console/pages/desk/drafts.js";
import { provideDesk, type Desk } from "../../../src/console/pages/desk/use-desk.js";
import { SUPERVISION } from "../../../src/console/supervision/home.js";
import { createServer, type Answers, type Server } from "./server.js";

export const NOW = "2026-11-29T14:10:00.000Z";
export const ALICE: Me = {
  username: "alice", name: "Alice Moreau", role: "agent", organization: { id: 1, name: "Acme", domain: "acme.example" }, agent: "1001", extension: "1001", departments: ["billing"], permissions: [],
  settings: { supervisionVisible: true, awayReasons: ["lunch", "training"], dispositions: { billing: ["resolved", "callback-promised"] } },
};
export const CAROL: Me = { ...ALICE, username: "carol", name: "Carol Weiss", role: "supervisor", agent: "1003", extension: "1003", permissions: ["listen", "whisper", "barge"] };

/** An event without what all of them have. */
type NewsOf<E> = E extends LiveEvent ? Pick<E, "type" | "data"> : never;
type News = NewsOf<LiveEvent>;

export interface Options {
  readonly me?: Me;
  readonly calls?: readonly Call[];
  readonly agents?: readonly Agent[];
  readonly queues?: readonly Queue[];
  readonly answers?: Answers;
  readonly router?: Router;
  /** What the test gives besides, such as a phone. */
  readonly given?: readonly (readonly [InjectionKey<unknown>, unknown])[];
}

export interface Mounted extends Server {
  readonly root: HTMLElement;
  readonly console: Console;
  readonly drafts: Drafts;
  /** By the stream. */
  readonly tell: (...news: readonly News[]) => void;
  readonly updated: (call: Call) => void;
  readonly agentIs: (agent: Agent) => void;
  /** The stream breaks off, and comes back. */
  readonly lose: () => void;
  readonly back: () => Promise<void>;
  /** The clock of the page goes on. */
  readonly pass: (ms: number) => void;
  readonly unmount: () => void;
}

/** The test fails when Vue warns of something, when a part throws, or when it leaves something in the page. */
export async function mount(render: () => VNode, { me = ALICE, calls = [], agents = [], queues = [], answers = {}, router, given = [] }: Options = {}): Promise<Mounted> {
  const server = createServer({ "GET /voicechannel/directory": () => ({ items: [], total: 0, next: null }), ...answers });
  const session = new Session({ somebodyElse: () => undefined });
  session.state.value = { kind: "in", me };
  const sockets: Partial<WebSocket>[] = [];
  const live = createLiveStore({
    ticket: () => Promise.resolve("ticket"),
    url: () => "ws://test",
    open: () => {
      const socket: unknown = { close: () => undefined };
      sockets.push(socket as WebSocket);
      return socket as WebSocket;
    },
  }, (run) => queueMicrotask(run));
  const now = shallowRef(Date.parse(NOW));
  const drafts = new Drafts();
  const page: Console = { session, api: server.api, live, clock: { now, pause: () => undefined }, t: en };

  let events = 0;
  const send = (news: object): void => {
    const text = JSON.stringify({ id: `test-${++events}`, at: NOW, organization: "acme.example", ...news });
    sockets.at(-1)?.onmessage?.call(sockets.at(-1) as WebSocket, new MessageEvent("message", { data: text }));
  };
  /** So many streams were there when the last one broke off. */
  let before = 0;
  const opened = (): Promise<void> => expect.poll(() => sockets.length, { interval: 1 }).toBeGreaterThan(before);

  const faults: string[] = [];
  const app = createApp({ render });
  app.config.warnHandler = (message, _, trace) => void faults.push(`${message}${trace}`);
  app.config.errorHandler = (error) => void faults.push(String(error));
  app.provide(CONSOLE, page).provide(DRAFTS, drafts).provide(SUPERVISION, { made: null });
  for (const [key, value] of given) app.provide(key, value);
  if (router !== undefined) app.use(router);

  live.open();
  await opened();
  send({ type: "snapshot", data: { part: 1, last: true, calls, agents, queues, switches: [] } });
  const root = document.createElement("div");
  document.body.append(root);
  app.mount(root);
  let isMounted = true;
  const unmount = (): void => {
    if (!isMounted) return;
    isMounted = false;
    app.unmount();
    root.remove();
    live.close();
    drafts.clear();
  };
  onTestFinished(() => {
    unmount();
    const left = document.body.innerHTML;
    document.body.replaceChildren();
    expect({ faults, unanswered: server.unanswered, left }).toEqual({ faults: [], unanswered: [], left: "" });
  });
  await settled();
  return {
    ...server, root, console: page, drafts, unmount,
    tell: (...news) => news.forEach(send),
    updated: (call) => send({ type: "call.updated", data: { call } }),
    agentIs: (agent) => send({ type: "agent.status", data: { agent, cause: "request" } }),
    lose: () => {
      before = sockets.length;
      live.offline();
    },
    back: async () => {
      live.retry();
      await opened();
      send({ type: "snapshot", data: { part: 1, last: true, calls: [...live.picture.calls.values()], agents: [...live.picture.agents.values()], queues: [...live.picture.queues.values()], switches: [] } });
    },
    pass: (ms) => void (now.value += ms),
  };
}

/** A part of the desk, in the desk that it shares with the others. */
export async function mountAtDesk(render: (desk: Desk) => VNode, options: Options = {}): Promise<Mounted & { readonly desk: Desk }> {
  let desk: Desk | null = null;
  const Part = {
    setup: () => {
      const made = (desk = provideDesk());
      return () => render(made);
    },
  };
  const mounted = await mount(() => h(Part), options);
  if (desk === null) throw new Error("The desk was not made.");
  return { ...mounted, desk };
}

/** A generic component: its type is none that `h` takes. */
export const generic = (component: unknown): Component => component as Component;

/** What is on its way without a timer has come, and is shown. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  await nextTick();
}

/** Waits until it is so. */
export const shown = <T>(read: () => T) => expect.poll(read, { interval: 5, timeout: 15_000 });
