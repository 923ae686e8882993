/** Phones of two organizations, some of which lie, on a real FreeSWITCH in each of its three modes. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeReal } from "../lab/describe-real.js";
import { createSwitchAlone, type SwitchAlone } from "../lab/switch-alone.js";
import { eventually } from "../lab/wait.js";
import { ACME, AGENT_LINE, GLOBEX, openSipStage, OWN, SUPPORT_LINE, type SipStage } from "./stage.js";
import { pair, sipSuite } from "./suite.js";

describeReal("phones on a FreeSWITCH that Callplane serves", await createSwitchAlone(true), served);
describeReal("phones on a FreeSWITCH with its own files alone", await createSwitchAlone(false, { FS_DOMAIN: ACME }), alone);

function served(lab: SwitchAlone): void {
  let stage: SipStage;
  beforeAll(async () => {
    stage = await openSipStage(lab);
    await stage.start();
    await eventually("FreeSWITCH to know the phones", async () => (await lab.api(`user_exists id 2001 ${GLOBEX}`)) === "true");
    await eventually("FreeSWITCH to know the trunks", async () => /acme-out[\s\S]*globex-out|globex-out[\s\S]*acme-out/.test(await lab.api("sofia status")));
  });
  afterAll(async () => {
    await stage.close();
    await lab.close();
  });

  describe("while Callplane answers", () => {
    sipSuite(() => stage);

    it("shows a call with a foreign From to its own organization alone, as its agent's", async () => {
      const [acme, globex] = [await stage.login("acme-1001"), await stage.login("globex-admin")];
      const mallory = await stage.phone("1001", ACME);
      expect((await mallory.call(`*9196@${ACME}`, { from: `2001@${GLOBEX}` })).status).toBe(200);
      const call = await eventually("the call to be shown", async () => (await acme.calls())[0]);
      expect(call).toMatchObject({ assignedTo: "1001", from: "1001" });
      expect(await globex.calls()).toEqual([]);
      await eventually("its agent to be in a call", async () => ((await acme.get("/voicechannel/agents/1001")).body as { status: string }).status === "inCall");
    });

    it("rings all phones of an agent, and tells the others that it was answered elsewhere", async () => {
      const admin = await stage.login("acme-admin");
      await stage.registered("1001", ACME);
      const [desk, browser] = [await stage.registered("1002", ACME), await stage.registered("1002", ACME, { beside: true })];
      desk.onInvite = { status: 180 };
      await eventually("both phones to be known", async () => ((await admin.get("/voicechannel/agents/1002")).body as { phones: unknown[] }).phones.length === 2);
      expect(await admin.post("/voicechannel/calls", { agent: "1002", type: "client", to: "1001" })).toMatchObject({ status: 201 });
      expect([desk.rang.length, browser.rang.length]).toEqual([1, 1]);
      const cancel = await eventually("the other phone to be called off", () => desk.received.find(({ method }) => method === "CANCEL"));
      expect(cancel.header("reason")).toContain("Call completed elsewhere");
      await lab.api("hupall");
      await eventually("every call to have ended", async () => (await admin.calls()).length === 0);
      browser.onInvite = { status: 486 };
      desk.onInvite = { status: 200 };
      expect(await admin.post("/voicechannel/calls", { agent: "1002", type: "client", to: "1001" })).toMatchObject({ status: 201 });
      await lab.api("hupall");
      await eventually("every call to have ended", async () => (await admin.calls()).length === 0);
    });

    it("calls a redirect a refusal wherever a phone is rung", async () => {
      const admin = await stage.login("acme-admin");
      const trunk = await stage.trunk();
      const [caller, callee, elsewhere] = [await stage.registered("1001", ACME), await stage.registered("1002", ACME), await stage.phone("1009", ACME)];
      await stage.registered("1003", ACME);
      callee.onInvite = { status: 302, headers: [`Contact: <sip:+19005551234@127.0.0.1:${elsewhere.port}>`] };
      const originated = await admin.post("/voicechannel/calls", { agent: "1002", type: "client", to: "1001" });
      expect(originated).toMatchObject({ status: 409, body: { error: "CALL_REJECTED" } });
      expect((await caller.call(`1003@${ACME}`)).status).toBe(200);
      const call = await eventually("the call to be shown", async () => (await admin.calls("?state=active"))[0]);
      const transferred = await admin.post(`/voicechannel/calls/${call.id}:transfer`, { type: "client", to: "1002" });
      expect(transferred).toMatchObject({ status: 409, body: { error: "CALL_REJECTED" } });
      await lab.api("hupall");
      await eventually("every call to have ended", async () => (await admin.calls()).length === 0);
      const offered = callee.rang.length;
      expect(await admin.post("/voicechannel/agents/1002/status", { status: "online" })).toMatchObject({ status: 200 });
      expect((await trunk.call(`${SUPPORT_LINE}@${ACME}`)).status).toBe(200);
      await eventually("the caller to be offered", () => callee.rang.length > offered);
      await eventually("the caller to wait on", async () => (await admin.calls("?state=queued"))[0]);
      expect(await admin.post("/voicechannel/agents/1002/status", { status: "offline" })).toMatchObject({ status: 200 });
      expect(JSON.stringify([originated.body, transferred.body, await admin.calls()])).not.toContain("1900");
      expect(elsewhere.rang).toEqual([]);
    });

    it("hands none of a caller's headers on to an agent's phone, such as those by which it would answer by itself", async () => {
      const admin = await stage.login("acme-admin");
      const trunk = await stage.trunk();
      const [callee, colleague] = [await stage.registered("1002", ACME), await stage.registered("1003", ACME)];
      const headers = ["Call-Info: <sip:marker>;answer-after=0", "Alert-Info: <http://marker>;info=alert-autoanswer;delay=0", "Answer-Mode: Auto;marker", "Priv-Answer-Mode: Auto;marker", "X-Auto-Answer: marker", "P-Auto-Answer: marker", "On-marker: marker", "K-marker: marker", "User-to-User: marker", "Diversion: <sip:marker@127.0.0.1>", "Subject: marker", "Accept-Language: marker"];
      // By the dialplan, to a line that is the agent's.
      expect((await trunk.call(`${AGENT_LINE}@${ACME}`, { headers })).status).toBe(200);
      const call = await eventually("the call to be shown", async () => (await admin.calls("?state=active"))[0]);
      // By a transfer, and by a consultation.
      expect(await admin.post(`/voicechannel/calls/${call.id}:transfer`, { type: "client", to: "1003" })).toMatchObject({ status: 200 });
      expect(await admin.post(`/voicechannel/calls/${call.id}:consult`, { type: "client", to: "1002" })).toMatchObject({ status: 201 });
      await lab.api("hupall");
      await eventually("every call to have ended", async () => (await admin.calls()).length === 0);
      // By a department's offer.
      expect(await admin.post("/voicechannel/agents/1002/status", { status: "online" })).toMatchObject({ status: 200 });
      try {
        expect((await trunk.call(`${SUPPORT_LINE}@${ACME}`, { headers })).status).toBe(200);
        await eventually("the caller to be offered", () => callee.rang.length === 3);
      } finally {
        expect(await admin.post("/voicechannel/agents/1002/status", { status: "offline" })).toMatchObject({ status: 200 });
      }
      expect([callee.rang.length, colleague.rang.length]).toEqual([3, 1]);
      for (const { text } of [...callee.rang, ...colleague.rang]) expect(text).not.toMatch(/marker|auto-?answer|answer-after|answer-mode/i);
    });

    it("stops ringing for a department's caller when the agent takes no calls any more, and the caller goes to the next agent", async () => {
      const admin = await stage.login("acme-admin");
      const set = async (agent: string, status: string): Promise<void> => void expect(await admin.post(`/voicechannel/agents/${agent}/status`, { status })).toMatchObject({ status: 200 });
      const trunk = await stage.trunk();
      const [leaves, next] = [await stage.registered("1002", ACME), await stage.registered("1003", ACME)];
      expect(await admin.put("/voiceconfig/voiceagents/1003", { departments: ["support"] })).toMatchObject({ status: 200 });
      try {
        for (const status of ["away", "offline"]) {
          leaves.onInvite = { status: 180 };
          const rang = leaves.rang.length;
          await set("1002", "online");
          expect((await trunk.call(`${SUPPORT_LINE}@${ACME}`)).status).toBe(200);
          await eventually("the phone to ring", () => leaves.rang.length > rang);
          const [waiting] = await admin.calls("?state=queued");
          await set("1002", status);
          const { text } = await eventually("the phone to be called off", () => leaves.received.filter(({ method }) => method === "CANCEL")[status === "away" ? 0 : 1]);
          expect(text).not.toContain("Call completed elsewhere");
          await admin.sees(waiting?.id ?? "", { state: "queued", ringing: [] });
          await set("1003", "online");
          await admin.sees(waiting?.id ?? "", { state: "active", assignedTo: "1003" });
          expect([leaves.rang.length, (await admin.get("/voicechannel/agents/1002")).body]).toMatchObject([rang + 1, { status }]);
          await set("1003", "offline");
          await lab.api("hupall");
          await eventually("every call to have ended", async () => (await admin.calls()).length === 0);
        }
        expect(next.rang).toHaveLength(2);
      } finally {
        await admin.put("/voiceconfig/voiceagents/1003", { departments: [] });
      }
    });

    it("sets an agent away whose phones are busy, on do-not-disturb, or refuse a department's callers", async () => {
      const admin = await stage.login("acme-admin");
      const trunk = await stage.trunk();
      expect(await admin.put("/voiceconfig/departments/support", { maxMissed: 2 })).toMatchObject({ status: 200 });
      try {
        // The first takes the call, after which no earlier miss counts.
        for (const [first, second] of [[480, 200], [486, null], [480, null], [603, null], [302, null], [486, 480]] as const) {
          const phones = [await stage.registered("1002", ACME)];
          if (second !== null) phones.push(await stage.registered("1002", ACME, { beside: true }));
          await eventually("the phones to be known", async () => ((await admin.get("/voicechannel/agents/1002")).body as { phones: unknown[] }).phones.length === phones.length);
          for (const [place, phone] of phones.entries()) phone.onInvite = { status: (place === 0 ? first : second) ?? 0, ...(first === 302 ? { headers: ["Contact: <sip:1003@127.0.0.1>"] } : {}) };
          expect(await admin.post("/voicechannel/agents/1002/status", { status: "online" })).toMatchObject({ status: 200 });
          expect((await trunk.call(`${SUPPORT_LINE}@${ACME}`)).status).toBe(200);
          const answers = second === 200;
          const agent = await eventually("the agent to be away, or in the call", async () => {
            const { status, reason } = (await admin.get("/voicechannel/agents/1002")).body as { status: string; reason: string | null };
            return status === "online" ? null : { status, reason };
          });
          expect({ first, second, ...agent, rang: phones.map(({ rang }) => rang.length) }).toEqual({ first, second, status: answers ? "inCall" : "away", reason: answers ? null : "missed", rang: phones.map(() => (answers ? 1 : 2)) });
          await admin.sees((await admin.calls())[0]?.id ?? "", { state: answers ? "active" : "queued" });
          await admin.post("/voicechannel/agents/1002/status", { status: "offline" });
          for (const phone of phones) expect((await phone.register({ expires: 0 })).status).toBe(200);
          await lab.api("hupall");
          await eventually("every call to have ended", async () => (await admin.calls()).length === 0);
        }
      } finally {
        await admin.put("/voiceconfig/departments/support", { maxMissed: 3 });
      }
    });

    it("takes no redirect of the trunk, and no REFER of the party there", async () => {
      const trunk = await stage.trunk();
      const [caller, elsewhere] = [await stage.registered("1001", ACME), await stage.phone("1003", ACME)];
      trunk.onInvite = { status: 302, headers: [`Contact: <sip:+19005551234@127.0.0.1:${elsewhere.port}>`] };
      expect((await caller.call(`${OWN}5550123@${ACME}`)).status).toBeGreaterThanOrEqual(400);
      expect(elsewhere.rang).toEqual([]);
      expect(trunk.rang).toHaveLength(1);
      trunk.onInvite = { status: 200 };
      expect((await caller.call(`${OWN}5550123@${ACME}`, { headers: ["X-Secret: evil", "Diversion: <sip:evil@evil>", "P-Charge-Info: <sip:evil@evil>"] })).status).toBe(200);
      expect(trunk.rang).toHaveLength(2);
      expect(trunk.rang[1]?.text).not.toMatch(/evil|X-Secret|Diversion|P-Charge-Info/i);
      expect((await trunk.sendInAnswered("REFER", [`Refer-To: <sip:+442071838750@${ACME}>`])).status).toBeGreaterThanOrEqual(400);
      expect(trunk.rang).toHaveLength(2);
    });

    it("judges a REFER by the rules of the agent whose phone sends it", async () => {
      const trunk = await stage.trunk();
      for (const [user, number, dialled] of [["1002", "+442071838750", false], ["1002", `${OWN}5550125`, true], ["1001", "+442071838750", true]] as const) {
        const referrer = await stage.registered(user, ACME);
        const call = await referrer.call(`${OWN}5550123@${ACME}`);
        expect(call.status).toBe(200);
        await eventually("the two to talk", async () => pair(await stage.legs()), { details: () => lab.logTail() });
        const before = trunk.rang.length;
        expect((await call.send("REFER", [`Refer-To: <sip:${number}@${ACME}>`])).status).toBe(202);
        await eventually("the phone to be told", () => referrer.received.some(({ method }) => method === "NOTIFY"), { details: () => lab.logTail() });
        expect({ user, number, dialled: trunk.rang.length > before }).toEqual({ user, number, dialled });
        await lab.api("hupall");
        await eventually("every call to have ended", async () => (await stage.legs()).length === 0);
      }
    });

    it("lets no call from a trunk take the place of another", async () => {
      const trunk = await stage.trunk();
      const caller = await stage.registered("1001", ACME);
      const callee = await stage.registered("1002", ACME);
      const call = await caller.call(`1002@${ACME}`);
      await eventually("the two to talk", async () => pair(await stage.legs()));
      await trunk.call(`${SUPPORT_LINE}@${ACME}`, { headers: [`Replaces: ${call.callId};to-tag=x;from-tag=y`] });
      await eventually("the two to talk alone", async () => pair(await stage.legs()), { details: () => lab.logTail() });
      expect(callee.received.map(({ method }) => method)).not.toContain("BYE");
    });

    it("does not take a phone that names a trunk's gateway for a caller of that trunk", async () => {
      const victim = await stage.registered("2001", GLOBEX);
      const mallory = await stage.phone("1001", ACME);
      for (const gateway of ["acme-out", "globex-out"]) expect((await mallory.call(`sip:+12125550200@${GLOBEX};gw=${gateway}`)).status).toBeGreaterThanOrEqual(400);
      expect((await mallory.call(`sip:gw+globex-out@${GLOBEX}`)).status).toBeGreaterThanOrEqual(400);
      expect(victim.rang).toEqual([]);
    });
  });

  describe("while Callplane is down", () => {
    beforeAll(() => stage.stop());
    if (!lab.checksIdentity) {
      it("takes no phone that is not registered yet, and calls those that are", async () => {
        await stage.start();
        const callee = await stage.registered("1002", ACME);
        const trunk = await stage.trunk();
        await stage.stop();
        const phone = await stage.phone("1001", ACME);
        for (const said of [{}, { to: `1001@${GLOBEX}` }]) expect((await phone.register(said)).status).toBe(403);
        expect((await phone.call(`1002@${ACME}`)).status).toBeGreaterThanOrEqual(400);
        expect((await trunk.call(`${AGENT_LINE}@${ACME}`)).status).toBe(200);
        expect(callee.rang).toHaveLength(1);
      });
      return;
    }
    sipSuite(() => stage);

    it("dials no number", async () => {
      const trunk = await stage.trunk();
      const caller = await stage.registered("1001", ACME);
      expect((await caller.call(`${OWN}5550123@${ACME}`)).status).toBeGreaterThanOrEqual(400);
      expect(trunk.rang).toEqual([]);
    });
  });
}

function alone(lab: SwitchAlone): void {
  let stage: SipStage;
  beforeAll(async () => {
    stage = await openSipStage(lab);
  });
  afterAll(async () => {
    await stage.close();
    await lab.close();
  });
  sipSuite(() => stage, lab.checksIdentity);

  it("dials no number unless the operator says so", async () => {
    const trunk = await stage.trunk();
    const caller = await stage.registered("1001", ACME);
    for (const number of ["+12125550123", "+19005551234", "+881612345678"]) expect((await caller.call(`${number}@${ACME}`)).status).toBeGreaterThanOrEqual(400);
    expect(trunk.rang).toEqual([]);
  });
}
