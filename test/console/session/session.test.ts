import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Session } from "../../../src/console/api/session.js";
import type { Me } from "../../../src/console/api/types.js";

const NOW = Date.parse("2026-01-31T12:00:00.000Z");
const LIFE_MS = 15 * 60_000;
const me = (username: string, organization: string | null = "acme"): Me => ({ username, name: username, role: "agent", organization: organization === null ? null : { id: organization.length, domain: organization, name: organization }, agent: null, extension: null, departments: [], permissions: [], settings: null });

/** The server, with a cookie. `clock`: its own. */
let person: Me | null;
let clock: () => number;
let asked: string[];
let answer: (asked: string) => Response | Promise<Response>;
let others: number;
let session: Session;

const opened = (): Response => Response.json({ token: `t${asked.length}`, expires: new Date(clock() + LIFE_MS).toISOString(), me: person }, { headers: { date: new Date(clock()).toUTCString() } });
const usual = (request: string): Response => {
  if (request !== "DELETE /session") return person === null ? new Response(null, { status: 204 }) : opened();
  person = null;
  return new Response(null, { status: 204 });
};
/** A reply that the test gives. */
function held(): { readonly reply: Promise<Response>; readonly give: (response: Response) => void } {
  let give: (response: Response) => void = () => undefined;
  const reply = new Promise<Response>((resolve) => (give = resolve));
  return { reply, give: (response) => give(response) };
}

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  [person, clock, asked, answer, others] = [me("alice"), () => Date.now(), [], usual, 0];
  vi.stubGlobal("fetch", async (path: string, { method }: RequestInit) => {
    asked.push(`${method ?? ""} ${path}`);
    return answer(`${method ?? ""} ${path}`);
  });
  let turn: Promise<unknown> = Promise.resolve();
  const locks = { request: <T>(_name: string, run: () => Promise<T>): Promise<T> => {
    const mine = turn.then(run);
    turn = mine.catch(() => undefined);
    return mine;
  } };
  vi.stubGlobal("navigator", { locks });
  session = new Session({ somebodyElse: () => others++ });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});
const settle = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const state = (): string => session.state.value.kind;

it("is logged in by the cookie, and out when there is none", async () => {
  await session.begin();
  expect([state(), await session.token()]).toEqual(["in", "t1"]);
  person = null;
  const other = new Session({ somebodyElse: () => undefined });
  await other.begin();
  expect(other.state.value.kind).toBe("out");
});

it("is out only when the server has ended the session", async () => {
  await session.begin();
  const end = held();
  answer = () => end.reply;
  const out = session.logout();
  await settle();
  expect(state()).toBe("in");
  end.give(new Response(null, { status: 204 }));
  await out;
  expect([state(), await session.token()]).toEqual(["out", null]);
});

it("tells that the server has not confirmed a logout, and goes on meanwhile", async () => {
  await session.begin();
  for (const fails of [(): Promise<Response> => Promise.reject(new TypeError("no network")), (): Response => Response.json({ error: "NotReady", message: "starting" }, { status: 503 })]) {
    answer = fails;
    await expect(session.logout()).rejects.toMatchObject({ name: "ApiProblem" });
    expect(state()).toBe("in");
  }
  answer = usual;
  await session.logout();
  expect(state()).toBe("out");
});

it("is not logged in again by a refresh that was under way at the logout", async () => {
  await session.begin();
  const late = held();
  answer = (request) => (request === "DELETE /session" ? usual(request) : late.reply);
  const refreshed = session.refresh();
  await settle();
  const out = session.logout();
  await settle();
  // Both change the cookie: they take turns.
  expect(asked.at(-1)).toBe("POST /session:refresh");
  const reply = opened();
  late.give(reply);
  await Promise.all([refreshed, out]);
  await settle();
  expect([asked.at(-1), state(), await session.token()]).toEqual(["DELETE /session", "out", null]);
});

it("does not take the end of the session before for that of a new login", async () => {
  await session.begin();
  const late = held();
  answer = (request) => (request === "POST /session" ? opened() : late.reply);
  const refreshed = session.refresh();
  const login = session.login("alice", "p");
  await settle();
  late.give(new Response(null, { status: 401 }));
  await Promise.all([refreshed, login]);
  expect(state()).toBe("in");
});

it("does not become another person, whose cookie another tab has brought", async () => {
  for (const other of [me("bob"), me("alice", "globex")]) {
    person = me("alice");
    others = 0;
    session = new Session({ somebodyElse: () => others++ });
    await session.begin();
    person = other;
    expect(await session.refresh()).toBeNull();
    const { value } = session.state;
    expect([others, value.kind, value.kind === "in" ? value.me : null, await session.token()]).toEqual([1, "in", me("alice"), null]);
    const before = asked.length;
    await settle(2 * LIFE_MS);
    expect(asked.length).toBe(before);
  }
});

it("lets another person log in after a logout, and the same one go on", async () => {
  await session.begin();
  await session.refresh();
  await session.logout();
  person = me("bob");
  await session.login("bob", "p");
  expect([others, state()]).toEqual([0, "in"]);
});

it("counts the token's life from its receipt, however wrong this machine's clock is", async () => {
  for (const wrongMs of [20 * 60_000, -20 * 60_000, 0]) {
    clock = () => Date.now() - wrongMs;
    session = new Session({ somebodyElse: () => undefined });
    await session.begin();
    const before = asked.length;
    await session.token();
    await settle(LIFE_MS - 61_000);
    await session.token();
    expect(asked.length).toBe(before);
    await settle(2000);
    expect(asked.length).toBe(before + 1);
    await session.logout();
    person = me("alice");
  }
});

it("does not ask without a pause, whatever the server says of the token's end", async () => {
  answer = () => Response.json({ token: "t", expires: new Date(NOW - 1000).toISOString(), me: person }, { headers: { date: new Date(NOW).toUTCString() } });
  await session.begin();
  await settle(20_000);
  expect(asked.length).toBeLessThan(6);
});

it("waits for a server that is starting, and says so", async () => {
  let waits = 0;
  const starting = [(): Response => Response.json({ error: "NotReady", message: "starting" }, { status: 503 }), (): Promise<Response> => Promise.reject(new TypeError("no network")), usual];
  answer = (request) => (starting.shift() ?? usual)(request);
  const begun = session.begin(() => waits++);
  await settle();
  expect([asked.length, waits, state()]).toEqual([1, 1, "unknown"]);
  await settle(30_000);
  await begun;
  expect([asked.length, waits, state()]).toEqual([3, 2, "in"]);
});

it("asks a server that is away ever more rarely", async () => {
  answer = () => Promise.reject(new TypeError("no network"));
  void session.begin();
  await settle(2 * 60_000);
  expect(asked.length).toBeGreaterThan(4);
  expect(asked.length).toBeLessThan(25);
  const before = asked.length;
  // A pause is never longer than this.
  await settle(15_000);
  expect(asked.length).toBeGreaterThan(before);
});

it("exchanges its cookie ever more rarely while the server is away, and as ever when it is back", async () => {
  await session.begin();
  answer = () => Response.json({ error: "NotReady", message: "starting" }, { status: 503 });
  await settle(LIFE_MS - 59_000);
  const before = asked.length;
  await settle(10 * 60_000);
  expect(asked.length - before).toBeGreaterThan(8);
  expect(asked.length - before).toBeLessThan(30);
  answer = usual;
  await settle(61_000);
  const back = asked.length;
  // It may have been back from the first of these 61 s on.
  await settle(LIFE_MS - 3 * 60_000);
  expect([asked.length, state()]).toEqual([back, "in"]);
});
