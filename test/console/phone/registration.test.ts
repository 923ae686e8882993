import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ApiProblem } from "../../../src/console/api/problem.js";
import { Registration, TOKEN_S, type Standing } from "../../../src/console/phone/registration.js";
import { FakeAgent } from "./fakes.js";

let tokens: number;
let agents: FakeAgent[];
let seen: Standing[];
let problem: ApiProblem | null;
let wssUrl: string;
let inCall: boolean;
beforeEach(() => {
  vi.useFakeTimers();
  [tokens, agents, seen, problem, wssUrl, inCall] = [0, [], [], null, "wss://voice.example:7443", false];
});
afterEach(() => void vi.useRealTimers());

const settle = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const last = (): Standing | undefined => seen.at(-1);

async function open(): Promise<Registration> {
  const registration = new Registration({
    token: () => {
      tokens++;
      return problem === null ? Promise.resolve({ domain: "voice.example", wssUrl, user: "1001", password: `p${tokens}`, iceServers: [] }) : Promise.reject(problem);
    },
    sip: (settings, handlers) => {
      const agent = new FakeAgent(settings, handlers);
      agents.push(agent);
      return agent;
    },
    standing: (standing) => seen.push(standing),
    calls: { rings: () => undefined, answered: () => undefined, ended: () => undefined, heard: () => undefined },
    isInCall: () => inCall,
    random: () => 1,
  });
  registration.open();
  await settle();
  return registration;
}
async function ready(): Promise<{ readonly registration: Registration; readonly agent: FakeAgent }> {
  const registration = await open();
  const [agent] = agents;
  if (agent === undefined) throw new Error("No SIP agent was made.");
  agent.handlers.registered();
  return { registration, agent };
}

it("registers with the token's password", async () => {
  const { agent } = await ready();
  expect(agent.settings).toMatchObject({ user: "1001", password: "p1" });
  expect(agent.did).toEqual(["start"]);
  expect(seen).toEqual([{ state: "registering", reason: null }, { state: "ready", reason: null }]);
});

it("renews the password before it ends, on the same connection", async () => {
  const { agent } = await ready();
  await settle(TOKEN_S * 1000 * 0.79);
  expect(tokens).toBe(1);
  await settle(TOKEN_S * 1000 * 0.02);
  expect(agent.did).toEqual(["start", "password p2", "register"]);
  expect(agents).toHaveLength(1);
  expect(last()).toEqual({ state: "ready", reason: null });
  await settle(TOKEN_S * 1000);
  expect(tokens).toBe(3);
});

it("takes a new password at once when the old one is refused, then waits longer and longer", async () => {
  const { agent } = await ready();
  agent.handlers.refused(403);
  await settle();
  expect(agent.did).toEqual(["start", "password p2", "register"]);
  agent.handlers.refused(403);
  expect(last()).toEqual({ state: "failed", reason: "refused" });
  await settle(3999);
  expect(tokens).toBe(2);
  await settle(1);
  expect(tokens).toBe(3);
  agent.handlers.refused(403);
  await settle(7999);
  expect(tokens).toBe(3);
  await settle(1);
  expect(tokens).toBe(4);
  agent.handlers.registered();
  expect(last()).toEqual({ state: "ready", reason: null });
});

it("a lost connection is told as lost only when the second try fails, too", async () => {
  const { agent } = await ready();
  agent.handlers.disconnected();
  expect(last()).toEqual({ state: "registering", reason: "reconnecting" });
  agent.handlers.disconnected();
  expect(last()).toEqual({ state: "failed", reason: "unreachable" });
  agent.handlers.registered();
  expect(last()).toEqual({ state: "ready", reason: null });
});

it("makes another connection when nobody answers on the one that looks alive", async () => {
  const { agent } = await ready();
  agent.handlers.refused(null);
  expect(agent.did).toEqual(["start", "reconnect"]);
  agent.handlers.disconnected();
  agent.handlers.refused(null);
  expect(agent.did).toEqual(["start", "reconnect"]);
});

it("a person's try is a connection of its own, but never in a call", async () => {
  const { registration, agent } = await ready();
  agent.handlers.disconnected();
  inCall = true;
  registration.retry();
  await settle();
  expect(agents).toHaveLength(1);
  agent.handlers.disconnected();
  inCall = false;
  registration.retry();
  await settle();
  expect(agents).toHaveLength(2);
  expect(agent.did.at(-1)).toBe("vanish");
  // The last words of the one that was left.
  agent.handlers.disconnected();
  agent.handlers.disconnected();
  expect(last()).toEqual({ state: "registering", reason: null });
});

it("is off where no address is set, and tries nothing", async () => {
  wssUrl = "";
  await open();
  expect(agents).toEqual([]);
  expect(last()).toEqual({ state: "off", reason: "notConfigured" });
  expect(vi.getTimerCount()).toBe(0);
});

it.each([
  [0, "server"],
  [503, "server"],
  [403, "refused"],
] as const)("tells why it has no token: %s is %s, and tries again", async (status, reason) => {
  problem = new ApiProblem({ status, code: "Any", message: "No." });
  await open();
  expect(last()).toEqual({ state: "failed", reason });
  problem = null;
  await settle(2000);
  expect(agents).toHaveLength(1);
});

it("does nothing more once it is closed", async () => {
  const { registration, agent } = await ready();
  registration.close({ vanish: false });
  agent.handlers.disconnected();
  agent.handlers.refused(403);
  await settle(TOKEN_S * 2000);
  expect(tokens).toBe(1);
  expect(agent.did).toEqual(["start", "stop"]);
  expect(last()).toEqual({ state: "ready", reason: null });
});

it("registers anew when Callplane says that it is not registered", async () => {
  const { registration, agent } = await ready();
  registration.doubt();
  await settle();
  expect(agent.did).toEqual(["start", "password p2", "register"]);
});
