// @vitest-environment happy-dom
import { shallowRef, type ShallowRef } from "vue";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Api } from "../../../src/console/api/client.js";
import type { Me } from "../../../src/console/api/types.js";
import type { Session, SessionState } from "../../../src/console/api/session.js";
import { Picture } from "../../../src/console/live/picture.js";
import { en } from "../../../src/console/messages/en.js";
import { createEngine } from "../../../src/console/phone/engine.js";
import { createPhone } from "../../../src/console/phone/phone.js";
import { PhoneTab } from "../../../src/console/phone/tab.js";
import type { Handset } from "../../../src/console/phone/types.js";
import { preferences } from "../../../src/console/preferences.js";
import { ALICE, FakeAgent, FakeAir, FakeDialog, FakeLocks, FakeStream, stream } from "./fakes.js";

const me = (agent: string | null): Me => ({ username: "alice", name: "Alice", role: "agent", organization: null, agent, extension: agent, departments: [], permissions: [], settings: null });

let state: ShallowRef<SessionState>;
let agents: FakeAgent[];
let loads: number;
let wssUrl: string;
let locks: FakeLocks;
let air: FakeAir;
beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  state = shallowRef<SessionState>({ kind: "unknown" });
  [agents, loads, wssUrl, locks, air] = [[], 0, "wss://voice.example:7443", new FakeLocks(), new FakeAir()];
});
afterEach(() => void vi.useRealTimers());

const settle = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

/** As far as the phone asks it. */
function fakeApi(): Api {
  const api: unknown = {
    use: () => undefined,
    POST: (path: string) => Promise.resolve({ data: path === "/voicetwilio/token" ? { sip: { domain: "voice.example", wssUrl, user: "1001", password: "p", iceServers: [] } } : undefined }),
  };
  return api as Api;
}

function open({ isSecure = true } = {}): Handset {
  const session: Pick<Session, "state"> = { state };
  const given: unknown = session;
  return createPhone({ session: given as Session, t: en }, {
    tone: () => undefined,
    isSecure,
    tab: (ports) => new PhoneTab({ ...ports, locks, channel: air.channel(), id: `tab${Math.random()}` }),
    engine: (ports) => {
      loads++;
      return Promise.resolve(createEngine({
        ...ports,
        api: fakeApi(),
        live: { picture: new Picture(), on: () => () => undefined },
        media: { getUserMedia: () => Promise.resolve(stream(new FakeStream())), enumerateDevices: () => Promise.resolve([]), addEventListener: () => undefined },
        meter: () => () => undefined,
        listen: () => ({ setDevice: () => undefined, close: () => undefined }),
        sip: (settings, handlers) => {
          const agent = new FakeAgent(settings, handlers);
          agents.push(agent);
          return agent;
        },
      }));
    },
  });
}
async function ready(): Promise<{ readonly phone: Handset; readonly agent: FakeAgent }> {
  const phone = open();
  state.value = { kind: "in", me: me(ALICE) };
  await settle();
  const agent = agents.at(-1);
  if (agent === undefined) throw new Error("No SIP agent was made.");
  agent.handlers.registered();
  return { phone, agent };
}

it("comes with the session, stays while a login lies over the page, and goes with it", async () => {
  const { phone, agent } = await ready();
  expect([phone.state.value, phone.reason.value]).toEqual(["ready", null]);
  state.value = { kind: "over", me: me(ALICE) };
  await settle();
  expect(phone.state.value).toBe("ready");
  state.value = { kind: "out" };
  expect([phone.state.value, phone.reason.value, agent.did.at(-1)]).toEqual(["off", "noAgent", "stop"]);
  state.value = { kind: "in", me: me(ALICE) };
  await settle();
  expect([agents.length, loads]).toEqual([2, 1]);
});

it("leaves the caller to Callplane when somebody signs out in a call", async () => {
  const { phone, agent } = await ready();
  const dialog = new FakeDialog("s1");
  agent.handlers.rings(dialog);
  expect(phone.ringing.value).toEqual(["s1"]);
  void phone.answer("s1");
  await settle();
  agent.handlers.answered(dialog);
  state.value = { kind: "out" };
  expect([agent.did.at(-1), dialog.hasEnded, phone.talking.value, dialog.voice?.tracks[0]?.stopped]).toEqual(["vanish", false, [], true]);
});

it("loads nothing for whoever has no phone", async () => {
  const phone = open();
  state.value = { kind: "in", me: me(null) };
  await settle();
  expect([phone.state.value, phone.reason.value, loads]).toEqual(["off", "noAgent", 0]);
  await expect(phone.answer("s1")).rejects.toMatchObject({ message: en.phone.fault.notReady });
});

it("says why it is off", async () => {
  wssUrl = "";
  const phone = open();
  state.value = { kind: "in", me: me(ALICE) };
  await settle();
  expect([phone.state.value, phone.reason.value]).toEqual(["off", "notConfigured"]);
  phone.switchOn(false);
  expect(phone.reason.value).toBe("switchedOff");
  expect(preferences.get("phone")).toBe("off");
  const other = open();
  expect([other.state.value, other.reason.value]).toEqual(["off", "switchedOff"]);
  const insecure = open({ isSecure: false });
  expect([insecure.state.value, insecure.reason.value]).toEqual(["off", "insecure"]);
});

it("is in one tab, moves when it is asked for, and a call keeps it where it is", async () => {
  const { phone: first, agent } = await ready();
  const second = open();
  await settle();
  expect([second.state.value, agents.length]).toEqual(["elsewhere", 1]);
  const dialog = new FakeDialog("s1");
  agent.handlers.rings(dialog);
  second.useHere();
  await settle();
  expect([first.state.value, second.awaitsOtherTab.value]).toEqual(["ready", true]);
  agent.handlers.ended(dialog, "Canceled");
  await settle();
  expect([first.state.value, agent.did.at(-1), agents.length]).toEqual(["elsewhere", "stop", 2]);
  agents.at(-1)?.handlers.registered();
  expect([second.state.value, second.awaitsOtherTab.value]).toEqual(["ready", false]);
  // What the tab that has lost it still hears of its phone is not shown.
  agent.handlers.registered();
  expect(first.state.value).toBe("elsewhere");
});

it("opens the microphone for a trial even when the phone is off", async () => {
  wssUrl = "";
  const phone = open();
  state.value = { kind: "in", me: me(ALICE) };
  await settle();
  const close = await phone.openMicrophone();
  close();
  expect(phone.level.value).toBeNull();
  await expect(phone.call("*9196")).rejects.toMatchObject({ fault: "notReady" });
});
