/** Phones that vanish in a call, on a real FreeSWITCH: they say nothing any more, or their registration ends. */
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { Client } from "../contract/harness.js";
import { describeReal } from "../lab/describe-real.js";
import type { SipAgent } from "../lab/sip-agent.js";
import { createSwitchAlone, type SwitchAlone } from "../lab/switch-alone.js";
import { eventually } from "../lab/wait.js";
import { ACME, AGENT_LINE, GLOBEX, openSipStage, OWN, type SipStage } from "./stage.js";

describeReal("a phone that vanishes in a call", await createSwitchAlone(true), vanishes);

/** FreeSWITCH waits 30 s for media. */
const SILENT = { timeoutMs: 45_000 };
const isHeld = { state: "held", heldBy: "lostPhone" };

function vanishes(lab: SwitchAlone): void {
  let stage: SipStage;
  let admin: Client;
  beforeAll(async () => {
    stage = await openSipStage(lab);
    await stage.start();
    await eventually("FreeSWITCH to know the phones", async () => (await lab.api(`user_exists id 2001 ${GLOBEX}`)) === "true");
    await eventually("FreeSWITCH to know the trunks", async () => /acme-out/.test(await lab.api("sofia status")));
    admin = await stage.login("acme-admin");
  });
  afterEach(() => stage.clear());
  afterAll(async () => {
    await stage.close();
    await lab.close();
  });

  const held = (agent: string): Promise<string> =>
    eventually(`a call of ${agent} to be held for its lost phone`, async () => {
      const call = (await admin.calls()).find(({ assignedTo, heldBy }) => assignedTo === agent && heldBy === isHeld.heldBy);
      return call?.id;
    }, { ...SILENT, details: async () => `${JSON.stringify(await admin.calls())}\n${await lab.logTail()}` });
  /** Those of its own call: what is sent again for calls of earlier tests may come too. */
  const byes = (agent: SipAgent, callId: string): number => agent.received.filter((message) => message.method === "BYE" && message.header("call-id") === callId).length;

  it("and sends nothing any more is noticed within half a minute, and the other party is held, whoever called whom", async () => {
    const trunk = await stage.trunk();
    const [callee, caller] = [await stage.registered("1002", ACME), await stage.registered("1001", ACME)];
    const call = await trunk.call(`${AGENT_LINE}@${ACME}`);
    expect(call.status).toBe(200);
    expect((await caller.call(`${OWN}5550123@${ACME}`)).status).toBe(200);
    await eventually("both calls to be active", async () => (await admin.calls("?state=active")).length === 2);
    for (const phone of [callee, caller]) phone.onInvite = { status: 180 };
    const ids = await Promise.all([held("1002"), held("1001")]);
    expect(byes(trunk, call.callId)).toBe(0);
    await eventually("the phones to be rung again", () => [callee, caller].every((phone) => phone.rang.length > 0));
    for (const phone of [callee, caller]) phone.onInvite = { status: 200 };
    for (const id of ids) await admin.sees(id, { state: "active", heldBy: null });
    expect(byes(trunk, call.callId)).toBe(0);
  }, 120_000);

  it("and is not registered any more is noticed at once, and rung when it is back", async () => {
    const trunk = await stage.trunk();
    const phone = await stage.registered("1002", ACME);
    const call = await trunk.call(`${AGENT_LINE}@${ACME}`);
    expect(call.status).toBe(200);
    await eventually("the call to be active", async () => (await admin.calls("?state=active"))[0]);
    await phone.register({ expires: 0 });
    const id = await held("1002");
    expect(byes(trunk, call.callId)).toBe(0);
    await eventually("the phone to be told of the end", () => phone.received.some(({ method }) => method === "BYE"));
    expect((await phone.register()).status).toBe(200);
    await admin.sees(id, { state: "active", heldBy: null, assignedTo: "1002" });
    expect(phone.rang).toHaveLength(2);
    expect(byes(trunk, call.callId)).toBe(0);
  }, 60_000);
}
