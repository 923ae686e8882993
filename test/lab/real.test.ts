/** The lab on a real FreeSWITCH, by itself: what the contract suite rests on. */
import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { EslClient } from "./esl-client.js";
import { findHost } from "./find-host.js";
import { createRealLab, type RealLab } from "./real.js";
import { eventually } from "./wait.js";

const found = await findHost();
const title = "missing" in found ? `the real lab (skipped: ${found.missing})` : `the real lab (${found.host.description})`;
// The default reporter does not show the titles of skipped tests.
if ("missing" in found) console.warn(`The real lab does not run: ${found.missing}`);
const CUSTOMER = "+15550100";

describe.skipIf("missing" in found)(title, () => {
  const started: { lab: RealLab | null } = { lab: null };
  const lab = (): RealLab => {
    if (started.lab === null) throw new Error("The lab did not start.");
    return started.lab;
  };
  const esl = (): EslClient => lab().switchEsl;

  beforeAll(async () => {
    const result = await createRealLab();
    if ("skipped" in result) throw new Error(result.skipped);
    started.lab = result.lab;
  });

  afterEach(async () => {
    await esl().api("hupall NORMAL_CLEARING");
    await eventually("all calls to end", async () => /^0 total/m.test(await esl().api("show channels")));
    for (const extension of lab().extensions) await lab().phone(extension, { kind: "answer" });
  });

  afterAll(async () => {
    await started.lab?.close();
  });

  const user = (extension: string): string => `user/${extension}@${lab().domain}`;
  const variable = async (uuid: string, name: string): Promise<string> => esl().api(`uuid_getvar ${uuid} ${name}`);
  /** Who hears whom, until it is exactly this. */
  const expectHearing = async (expected: Readonly<Record<string, readonly string[]>>): Promise<void> => {
    const listeners = Object.keys(expected);
    const sorted = (parties: Iterable<string>): string[] => [...parties].sort();
    const hearing = async (): Promise<unknown> => Object.fromEntries(await Promise.all(listeners.map(async (listener) => [listener, sorted(await lab().hears(listener))] as const)));
    await expect.poll(hearing, { message: "who hears whom", timeout: 15_000 }).toEqual(Object.fromEntries(listeners.map((listener) => [listener, sorted(expected[listener] ?? [])])));
  };
  const partnerOf = (uuid: string): Promise<string> => eventually(`${uuid} to be bridged`, async () => /^[0-9a-f-]{36}$/.exec(await variable(uuid, "bridge_uuid"))?.[0]);
  const parked = (uuid: string): Promise<true> => eventually(`${uuid} to be parked`, async () => (await variable(uuid, "current_application")) === "park");
  const call = async (agent = "1001"): Promise<{ customer: string; agent: string }> => {
    const customer = await lab().callIn({ from: CUSTOMER, to: agent });
    // The partner is known while it still rings.
    await eventually("the agent to answer", async () => /^Answer-State: answered$/m.test(await esl().api(`uuid_dump ${customer}`)));
    return { customer, agent: await partnerOf(customer) };
  };
  const originate = (extension: string): Promise<string> => esl().bgapi(`originate {originate_timeout=2}${user(extension)} &park()`, 10_000);

  it("has phones 1001 to 1005 registered and 1009 not", async () => {
    const contacts = await Promise.all(lab().extensions.map(async (extension) => [extension, (await esl().api(`sofia_contact ${extension}@${lab().domain}`)).startsWith("sofia/internal/")]));
    expect(Object.fromEntries(contacts)).toEqual({ "1001": true, "1002": true, "1003": true, "1004": true, "1005": true, "1009": false });
    expect(await originate("1009")).toBe("-ERR USER_NOT_REGISTERED");
  });

  it("bridges an inbound call to the agent's phone, and both hear each other", async () => {
    const { customer, agent } = await call();
    expect(await variable(agent, "presence_id")).toBe(`1001@${lab().domain}`);
    expect(await variable(customer, "domain_name")).toBe(lab().domain);
    await expectHearing({ "1001": [CUSTOMER], [CUSTOMER]: ["1001"] });
  });

  it("plays hold music that needs no sound package to a held customer", async () => {
    const { agent } = await call();
    await expectHearing({ [CUSTOMER]: ["1001"] });
    expect(await esl().api(`uuid_hold ${agent}`)).toMatch(/^\+OK/);
    await expect.poll(() => lab().listen(CUSTOMER), { timeout: 15_000 }).toEqual({ parties: new Set(), other: true });
    expect(await esl().api(`uuid_hold off ${agent}`)).toMatch(/^\+OK/);
    await expect.poll(() => lab().listen(CUSTOMER), { timeout: 15_000 }).toEqual({ parties: new Set(["1001"]), other: false });
  });

  it("parks a caller of a department with music and callplane_queue set", async () => {
    const customer = await lab().callIn({ from: CUSTOMER, to: "queue:support" });
    await eventually("the music", async () => (await lab().listen(CUSTOMER)).other);
    expect(await variable(customer, "callplane_queue")).toBe("support");
    expect(await variable(customer, "domain_name")).toBe(lab().domain);
  });

  it("puts an unknown inbound number into the department that answers for the organization", async () => {
    const customer = await lab().callIn({ from: CUSTOMER, to: "+15559999" });
    await expect.poll(() => variable(customer, "callplane_queue")).toBe("support");
  });

  it.each([
    ["busy", "USER_BUSY"],
    ["reject", "CALL_REJECTED"],
    ["no-answer", "NO_ANSWER"],
  ] as const)("lets a phone be %s", async (kind, cause) => {
    await lab().phone("1002", { kind });
    expect(await originate("1002")).toBe(`-ERR ${cause}`);
  });

  it("lets a phone refuse by hand, and the trunk be busy", async () => {
    await lab().phone("1002", { kind: "no-answer" });
    const outcome = originate("1002");
    await eventually("1002 to ring", async () => /RINGING/.test(await esl().api("show channels")));
    await lab().hangUp("1002");
    expect(await outcome).toBe("-ERR CALL_REJECTED");

    await lab().trunk("+15550777", { kind: "busy" });
    expect(await esl().api("originate sofia/gateway/trunk/+15550777 &park()", 10_000)).toBe("-ERR USER_BUSY");
  });

  it("lets a phone dial a number through the trunk, and another extension", async () => {
    const leg = await lab().dialFrom("1003", "+15550123");
    expect(await variable(leg, "presence_id")).toBe(`1003@${lab().domain}`);
    await lab().dialFrom("1004", "1005");
    await expectHearing({ "1003": ["+15550123"], "+15550123": ["1003"], "1004": ["1005"], "1005": ["1004"] });
  });

  it("ends the customer's call when the agent's phone hangs up, and the other way round", async () => {
    const first = await call();
    await expectHearing({ "1001": [CUSTOMER] });
    await lab().hangUp("1001");
    await eventually("the customer's leg to end", async () => (await esl().api(`uuid_exists ${first.customer}`)) === "false");
    const second = await call();
    await lab().hangUp(CUSTOMER);
    await eventually("the agent's leg to end", async () => (await esl().api(`uuid_exists ${second.agent}`)) === "false");
  });

  it("hears listen, whisper and barge, switched live by sendevent", async () => {
    const { agent } = await call();
    const spy = randomUUID();
    expect(await esl().api(`originate {origination_uuid=${spy},eavesdrop_enable_dtmf=false}${user("1003")} &park()`, 10_000)).toBe(`+OK ${spy}`);
    await parked(spy);
    expect(await esl().send(`sendmsg ${spy}\ncall-command: execute\nexecute-app-name: eavesdrop\nexecute-app-arg: ${agent}\nasync: true`)).toMatch(/^\+OK/);
    const mode = (digit: number): Promise<string> => esl().send(`sendevent COMMAND\nunique-id: ${spy}\neavesdrop-command: ${digit}`);

    const both = ["1001", CUSTOMER];
    const listening = { "1003": both, "1001": [CUSTOMER], [CUSTOMER]: ["1001"] };
    await expectHearing(listening);
    expect(await mode(2)).toMatch(/^\+OK/);
    await expectHearing({ "1003": both, "1001": ["1003", CUSTOMER], [CUSTOMER]: ["1001"] });
    expect(await mode(3)).toMatch(/^\+OK/);
    await expectHearing({ "1003": both, "1001": ["1003", CUSTOMER], [CUSTOMER]: ["1001", "1003"] });
    expect(await mode(0)).toMatch(/^\+OK/);
    await expectHearing(listening);
  }, 30_000);

  it("drops and makes a registration on request", async () => {
    await lab().register("1005", false);
    expect(await originate("1005")).toBe("-ERR USER_NOT_REGISTERED");
    await lab().register("1005", true);
    expect(await originate("1005")).toMatch(/^\+OK/);
  });

  it("comes back after a restart with the same address and password, and without the calls", async () => {
    await call();
    const url = lab().eslUrl;
    await lab().restart();
    expect(lab().eslUrl).toBe(url);
    expect(await esl().api("show channels")).toMatch(/^0 total/m);
    await call("1002");
    await expectHearing({ "1002": [CUSTOMER] });
  }, 30_000);
});
