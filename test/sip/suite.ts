/** What a phone may not do by SIP, and what one that behaves may: the same whoever tells FreeSWITCH about phones. */
import { afterEach, expect, it } from "vitest";
import type { SipAgent } from "../lab/sip-agent.js";
import { delay, eventually } from "../lab/wait.js";
import { ACME, GLOBEX, type Leg, type SipStage } from "./stage.js";

/** Two legs that are bridged to each other. */
export const pair = (legs: readonly Leg[]): boolean => legs.length === 2 && legs.every((leg) => legs.some((other) => other !== leg && other.uuid === leg.partner));
const statusOf = (agent: SipAgent): readonly string[] => agent.received.filter(({ method }) => method === "NOTIFY").map(({ text }) => /SIP\/2\.0 (\d{3})/.exec(text.split("\r\n\r\n")[1] ?? "")?.[1] ?? "");

/** The domain of somebody else, whether FreeSWITCH knows it or not. */
const foreign = GLOBEX;

/** `checked`: whether somebody compares From and To with the credentials; else FreeSWITCH registers every phone in its one domain. */
export function sipSuite(stage: () => SipStage, checked = true): void {
  afterEach(() => stage().clear());
  const told = (uuid: string, variable: string): Promise<string> => stage().lab.api(`uuid_getvar ${uuid} ${variable}`);
  /** Two of acme's phones talk. */
  const talking = async (): Promise<{ readonly caller: SipAgent; readonly callee: SipAgent; readonly call: Awaited<ReturnType<SipAgent["call"]>> }> => {
    const caller = await stage().registered("1001", ACME);
    const callee = await stage().registered("1002", ACME);
    const call = await caller.call(`1002@${ACME}`);
    expect(call.status).toBe(200);
    await eventually("the two to talk", async () => pair(await stage().legs()), { details: () => stage().lab.logTail() });
    return { caller, callee, call };
  };

  it("refuses a registration as anybody but the user of the credentials", async () => {
    const mallory = await stage().phone("1001", ACME);
    for (const said of [{ to: `1001@${foreign}` }, { from: `1001@${foreign}` }, { to: `1002@${ACME}` }, { from: `1002@${ACME}` }, { to: `1001@${foreign}`, from: `1001@${foreign}` }]) {
      const { status } = await mallory.register(said);
      if (checked || ("to" in said && said.to.startsWith("1002"))) expect({ said, status }).toEqual({ said, status: 403 });
    }
    // One of before may still be there.
    expect(await stage().lab.api(`sofia_contact */1002@${ACME}`)).not.toContain(`:${mallory.port}`);
    expect(await stage().lab.api(`sofia_contact */1001@${foreign}`)).toContain("error/");
    expect((await mallory.register()).status).toBe(200);
  });

  it("takes a phone's own call for the authenticated agent's, whatever From says", async () => {
    const mallory = await stage().phone("1001", ACME);
    const call = await mallory.call(`*9196@${ACME}`, { from: `2001@${foreign}` });
    expect(call.status).toBe(200);
    const [leg] = await eventually("the call to be there", async () => {
      const legs = await stage().legs();
      return legs.length === 1 && legs;
    });
    expect(leg?.presenceId).toBe(`1001@${ACME}`);
    expect(await told(leg?.uuid ?? "", "domain_name")).toBe(ACME);
  });

  it("has no presence and no messages between phones", async () => {
    const mallory = await stage().registered("1001", ACME);
    const victim = await stage().registered("1002", ACME);
    const contact = `Contact: <sip:1001@127.0.0.1:${mallory.port}>`;
    for (const domain of [ACME, foreign]) {
      for (const event of ["dialog", "presence", "message-summary", "call-info"]) expect((await mallory.request({ method: "SUBSCRIBE", uri: `sip:1002@${domain}`, to: `1002@${domain}`, headers: [`Event: ${event}`, "Expires: 60", contact] })).status).toBeGreaterThanOrEqual(400);
      for (const said of [{}, { from: `1002@${domain}`, credentials: null }]) {
        expect((await mallory.request({ method: "PUBLISH", uri: `sip:1002@${domain}`, to: `1002@${domain}`, headers: ["Event: presence", "Expires: 60", contact], body: { type: "application/pidf+xml", text: "<presence/>" }, ...said })).status).toBeGreaterThanOrEqual(400);
        const { status } = await mallory.request({ method: "MESSAGE", uri: `sip:1002@${domain}`, to: `1002@${domain}`, body: { type: "text/plain", text: "hello" }, ...said });
        if (checked) expect(status).toBeGreaterThanOrEqual(400);
      }
    }
    const { status } = await mallory.request({ method: "MESSAGE", uri: `sip:sip+1002+${ACME}@${ACME}`, to: `sip+1002+${ACME}@${ACME}`, body: { type: "text/plain", text: "hello" } });
    if (checked) expect(status).toBeGreaterThanOrEqual(400);
    expect(victim.received.map(({ method }) => method)).not.toContain("MESSAGE");
    expect(mallory.received.map(({ method }) => method)).not.toContain("NOTIFY");
  });

  it("lets no call take the place of another", async () => {
    const { call } = await talking();
    const before = (await stage().legs()).map(({ uuid }) => uuid).sort();
    const mallory = await stage().registered("1003", ACME);
    for (const headers of [[`Replaces: ${call.callId};to-tag=x;from-tag=y`], [`Replaces: ${before[0] ?? ""};to-tag=x;from-tag=y`], [`Replaces: ${call.callId};to-tag=x;from-tag=y`, `Call-Info: <sip:${ACME}>;appearance-index=1`]]) {
      await mallory.call(`1002@${ACME}`, { headers });
      await eventually("the call that would replace it to have ended", async () => (await stage().legs()).every(({ presenceId }) => presenceId !== `1003@${ACME}`), { details: () => stage().lab.logTail() });
      const after = await stage().legs();
      expect(after.map(({ uuid }) => uuid).sort()).toEqual(before);
      expect(pair(after)).toBe(true);
    }
  });

  it("takes a phone's redirect for a refusal", async () => {
    const caller = await stage().registered("1001", ACME);
    const callee = await stage().registered("1002", ACME);
    const elsewhere = await stage().phone("1003", ACME);
    for (const status of [300, 301, 302, 305]) {
      callee.onInvite = { status, headers: [`Contact: <sip:+19005551234@127.0.0.1:${elsewhere.port}>`] };
      const call = await caller.call(`1002@${ACME}`);
      expect(call.status).toBeGreaterThanOrEqual(400);
      expect(call.reply.text).not.toContain("+1900");
    }
    expect(elsewhere.rang).toEqual([]);
  });

  it("lets a phone refer the other party to a colleague, whoever called whom", async () => {
    for (const who of ["caller", "callee"] as const) {
      const { caller, callee, call } = await talking();
      const third = await stage().registered("1003", ACME);
      const refer = [`Refer-To: <sip:1003@${ACME}>`, `Referred-By: <sip:1001@${foreign}>`];
      expect((await (who === "caller" ? call.send("REFER", refer) : callee.sendInAnswered("REFER", refer))).status).toBe(202);
      await eventually("the third phone to ring", () => third.rang.length === 1, { details: () => stage().lab.logTail() });
      await eventually("the referring phone to be told that it worked", () => statusOf(who === "caller" ? caller : callee).includes("200"), { details: () => stage().lab.logTail() });
      await eventually("the other party to talk to the colleague", async () => (await stage().legs()).some((leg, _, all) => leg.name.includes("1003@") && all.some((other) => other.uuid === leg.partner)), { details: () => stage().lab.logTail() });
      await stage().clear();
    }
  });

  it("joins the two again when the colleague does not take the call, or a phone refers where it may not", async () => {
    for (const target of ["1003", "+19005551234", "+1900#5551234", "1009999", "*9196"]) {
      const { caller, callee, call } = await talking();
      const busy = await stage().registered("1003", ACME);
      busy.onInvite = { status: 486 };
      expect((await call.send("REFER", [`Refer-To: <sip:${target.replace("#", "%23")}@${ACME}>`])).status).toBe(202);
      const [status] = await eventually(`the phone to be told that ${target} did not work`, () => statusOf(caller).length > 0 && statusOf(caller), { details: () => stage().lab.logTail() });
      expect({ target, refused: Number(status) >= 400 }).toEqual({ target, refused: true });
      await eventually("the two to talk again", async () => pair(await stage().legs()), { details: () => stage().lab.logTail() });
      expect(callee.received.map(({ method }) => method)).not.toContain("BYE");
      await stage().clear();
    }
  });

  it("dials no address of a phone's choice for a REFER that names another server's call", async () => {
    const { call } = await talking();
    const elsewhere = await stage().phone("1003", ACME);
    await call.send("REFER", [`Refer-To: <sip:+19005551234@127.0.0.1:${elsewhere.port}?Replaces=none%3Bto-tag%3Da%3Bfrom-tag%3Db>`]);
    await eventually("FreeSWITCH to have refused it", async () => /Nightmare|CALL_REJECTED/.test(await stage().lab.logTail()));
    // What it does not send now it may not send later either.
    await delay(1000);
    expect(elsewhere.received).toEqual([]);
  });

  it("hands on nothing that a phone writes into its own headers", async () => {
    const caller = await stage().registered("1001", ACME);
    const callee = await stage().registered("1002", ACME);
    const call = await caller.call(`1002@${ACME}`, { headers: ["X-Secret: evil", "Diversion: <sip:+15551112222@evil>", "P-Charge-Info: <sip:evil@evil>", "P-Asserted-Identity: <sip:evil@evil>", "Remote-Party-ID: <sip:evil@evil>", "History-Info: <sip:evil@evil>"] });
    expect(call.status).toBe(200);
    expect(callee.rang).toHaveLength(1);
    expect(callee.rang[0]?.text).not.toMatch(/evil|Diversion|P-Charge-Info|X-Secret|History-Info/i);
  });

  it("bounds how long a phone stays registered", async () => {
    const phone = await stage().phone("1001", ACME);
    const { status, text } = await phone.register({ expires: 31_536_000 });
    expect(status).toBe(200);
    expect(Number(/expires=(\d+)/i.exec(text)?.[1])).toBeLessThanOrEqual(3700);
  });
}
