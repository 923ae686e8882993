/** What becomes of a user's other phones when one more registers: FreeSWITCH is asked which of them it still has. */
import { afterEach, beforeEach, expect, it } from "vitest";
import type { SwitchCommand, SwitchNode } from "../../src/freeswitch/index.js";
import { Phones } from "../../src/phones/index.js";
import { MemoryDirectory, organizationOf, registration, registrationRow, silentLogger, snapshotOf } from "../agents/support.js";
import { ManualClock } from "../support/manual-clock.js";

const TAB = { contact: "<sip:first@one.invalid;transport=ws;fs_nat=yes>", callId: "first" };
const OTHER = { contact: "<sip:second@one.invalid;transport=ws;fs_nat=yes>", callId: "second" };
const uri = ({ contact }: { readonly contact: string }): string => `sofia/internal/${contact.slice(1, -1)}`;
/** Of something large, the part that is used here. */
const fake = <T>(part: object): T => part as T;

let clock: ManualClock;
let phones: Phones;
let listed: readonly string[] | Error;
let asked: string[];
let ready = true;
beforeEach(() => {
  clock = new ManualClock();
  asked = [];
  listed = [];
  ready = true;
  const api = async ({ line }: SwitchCommand): Promise<string> => {
    asked.push(line);
    if (listed instanceof Error) throw listed;
    return `${listed.join(",")}\n`;
  };
  const node = fake<SwitchNode>({ name: "fs1", api, status: () => ({ name: "fs1", state: "ready" }) });
  phones = new Phones({ nodes: { all: () => [node], get: () => node, isReady: () => ready }, directory: new MemoryDirectory([organizationOf(1, "one.example")], [{ org: 1, id: "1001" }]), logger: silentLogger, clock });
});
afterEach(() => phones.close());

const register = (phone: typeof TAB): void => phones.sink.event("fs1", registration("register", "1001", phone));
const told = (): readonly string[] => phones.at({ user: "1001", domain: "one.example" }).map(({ callId }) => callId);
const later = async (ms: number): Promise<void> => {
  for (let at = 0; at < ms; at += 250) {
    clock.advance(250);
    // The reply comes a few turns of the event loop later.
    await new Promise((resolve) => setImmediate(resolve));
  }
};

it("keeps both where FreeSWITCH has both", async () => {
  register(TAB);
  register(OTHER);
  listed = [uri(TAB), uri(OTHER)];
  await later(1000);
  expect({ told: told(), asked }).toEqual({ told: ["first", "second"], asked: ["sofia_contact */1001@one.example"] });
});

it("drops the one whose place was taken, as soon as FreeSWITCH lists the new one", async () => {
  register(TAB);
  register(OTHER);
  listed = [uri(TAB)];
  await later(500);
  expect(told()).toEqual(["first", "second"]);
  listed = [uri(OTHER)];
  await later(250);
  expect(told()).toEqual(["second"]);
  await later(5000);
  expect(asked).toHaveLength(3);
});

it("leaves one that has registered again meanwhile, and asks about no refresh", async () => {
  register(TAB);
  register(TAB);
  register(OTHER);
  listed = [uri(OTHER)];
  clock.advance(250);
  register(TAB);
  await new Promise((resolve) => setImmediate(resolve));
  expect(told()).toEqual(["second", "first"]);
  expect(asked).toHaveLength(1);
});

it("stops asking when FreeSWITCH cannot say, or never lists the new one", async () => {
  register(TAB);
  register(OTHER);
  await later(10_000);
  expect(asked).toHaveLength(8);
  listed = new Error("gone");
  register({ contact: "<sip:third@one.invalid>", callId: "third" });
  await later(10_000);
  expect({ told: told(), asked: asked.length }).toEqual({ told: ["first", "second", "third"], asked: 9 });
});

it("asks about several phones in FreeSWITCH's list, and takes none of them for a new one again whose place was taken", async () => {
  const rows = [TAB, OTHER].map((phone) => ({ ...registrationRow("1001"), url: uri(phone), token: phone.callId }));
  listed = [uri(OTHER)];
  ready = false;
  phones.sink.snapshot("fs1", snapshotOf(rows));
  await later(250);
  expect({ told: told(), asked }).toEqual({ told: ["first", "second"], asked: [] });
  ready = true;
  phones.sink.status("fs1", { name: "fs1", state: "ready", error: null, since: new Date(0), epoch: 1, version: "", coreUuid: "", stale: false, holdMusic: "" });
  await later(250);
  expect(told()).toEqual(["second"]);
  phones.sink.snapshot("fs1", snapshotOf(rows));
  expect(told()).toEqual(["second"]);
  await later(250);
  expect(asked).toHaveLength(1);
  register(TAB);
  listed = [uri(TAB), uri(OTHER)];
  await later(250);
  phones.sink.snapshot("fs1", snapshotOf(rows));
  expect([...told()].sort()).toEqual(["first", "second"]);
});

it("tells the phones of two users with one Call-ID apart", async () => {
  const rows = [TAB, OTHER].map((phone) => ({ ...registrationRow("1001"), url: uri(phone), token: phone.callId }));
  listed = [uri(OTHER)];
  phones.sink.snapshot("fs1", snapshotOf(rows));
  await later(250);
  expect(told()).toEqual(["second"]);
  // Another user's phone names its registration like the one that is gone.
  phones.sink.event("fs1", registration("register", "1002", TAB));
  const its = { ...registrationRow("1002"), url: uri(TAB), token: TAB.callId };
  phones.sink.snapshot("fs1", snapshotOf([...rows, its]));
  expect(told()).toEqual(["second"]);
  expect(phones.at({ user: "1002", domain: "one.example" })).toHaveLength(1);
});
