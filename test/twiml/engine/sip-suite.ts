/** What programs are told of SIP; written once, for the simulated and the real switch. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { channelUuid, commands, variableName } from "../../../src/freeswitch/index.js";
import { callSid } from "../../../src/sids.js";
import { PEER } from "../../lab/types.js";
import { eventually } from "../../lab/wait.js";
import { openProgramStage, type ProgramStage } from "./stage.js";
import type { ProgramLab } from "./suite.js";

export function sipSuite(openLab: () => Promise<ProgramLab>, secondMs: number): void {
  let stage: ProgramStage;
  let lab: ProgramLab;
  beforeAll(async () => {
    lab = await openLab();
    stage = await openProgramStage(lab, secondMs);
  }, 60_000);
  beforeEach(() => Promise.all(["1001", "1002"].map((extension) => lab.phone(extension, { kind: "answer" }))));
  afterEach(() => stage.clear());
  afterAll(async () => {
    await stage.close();
    await lab.close();
  });

  it("tells each document what the caller's INVITE says, and nobody's callback", async () => {
    stage.program("facts", { statusCallback: { url: "https://server.example/status", method: "POST", events: ["completed"] } });
    stage.server.on("/facts", '<Pause length="0"/><Redirect>/next</Redirect>');
    stage.server.on("/next", "<Hangup/>");
    const headers = { "X-Account": "4711", "x-Mixed_Case": "a b, c", "P-Charge-Info": "secret", Diversion: '<sip:+12125550177@carrier.example>' };
    const id = await lab.callIn({ from: "+12125550001", to: "program:facts", name: "Ada Lovelace", headers });
    for (const path of ["/facts", "/next"]) {
      const { form } = await stage.server.next(path);
      expect(form).toMatchObject({ "SipHeader_X-Account": "4711", "SipHeader_x-Mixed_Case": "a b, c", ForwardedFrom: "+12125550177", CallerName: "Ada Lovelace" });
      expect(form["SipCallId"]).toMatch(/\S/);
      expect(form["SipDomain"]).toMatch(lab.kind === "real" ? /^127\.0\.0\.1$/ : /^lab\.test$/);
      expect(Object.keys(form).filter((name) => /charge|diversion/i.test(name))).toEqual([]);
    }
    const [told] = await eventually("the end to be told", () => (stage.told.length > 0 ? stage.told : undefined));
    expect(Object.fromEntries(told?.form ?? [])).toMatchObject({ CallSid: callSid(id), ForwardedFrom: "+12125550177", CallerName: "Ada Lovelace" });
    expect(told?.form.filter(([name]) => name.startsWith("Sip") && name !== "SipResponseCode")).toEqual([]);
    expect(stage.legNotes).toEqual([{ uuid: id, organizationId: 1, forwardedFrom: "+12125550177", callerName: "Ada Lovelace" }]);
  });

  it("names who has sent the call on by History-Info, where there is no Diversion", async () => {
    stage.program("facts");
    stage.server.on("/facts", "<Hangup/>");
    await lab.callIn({ from: "+12125550002", to: "program:facts", headers: { "History-Info": '<sip:+12125550188@carrier.example>, <sip:program-facts@lab.example>' } });
    expect((await stage.server.next("/facts")).form).toMatchObject({ ForwardedFrom: "+12125550188" });
  });

  const after = async (): Promise<Readonly<Record<string, string>>> => (await stage.server.next("/after")).form;
  const dial = async (nouns: string, from: string): Promise<string> => {
    stage.program("dial");
    stage.server.on("/dial", `<Dial action="/after">${nouns}</Dial>`);
    stage.server.on("/after", "<Hangup/>");
    return stage.callIn("dial", from);
  };
  const talk = (from: string): Promise<unknown> => eventually("the two to talk", async () => (await lab.hears(from)).has("1001"));
  const sipOf = (form: Readonly<Record<string, string>>): readonly string[] => Object.keys(form).filter((name) => name.startsWith("DialSip")).sort();

  it("tells the action of Dial what a SIP party has answered, with its X- headers", async () => {
    await lab.phone("1001", { kind: "answer", headers: { "X-Desk": "7, left", "P-Secret": "no" } });
    await dial(`<Sip>sip:1001@${lab.domain}</Sip>`, "+12125550010");
    await talk("+12125550010");
    const callee = [...stage.calls().legs.all()].flatMap(({ legs }) => legs).find(({ agentId }) => agentId === "1001");
    await lab.hangUp("1001");
    const told = await after();
    expect(told).toMatchObject({ DialCallStatus: "completed", DialSipResponseCode: "200", DialSipCallId: callee?.sipCallId, "DialSipHeader_X-Desk": "7, left" });
    expect(sipOf(told).filter((name) => /secret/i.test(name))).toEqual([]);
  });

  it.each([
    ["busy", "486"],
    ["reject", "603"],
  ] as const)("tells the action and the callback with which status a SIP party is %s", async (kind, status) => {
    await lab.phone("1001", { kind });
    await dial(`<Sip statusCallback="https://server.example/status">sip:1001@${lab.domain}</Sip>`, "+12125550011");
    const told = await after();
    expect(told).toMatchObject({ DialCallStatus: "busy", DialSipResponseCode: status });
    expect(told["DialSipCallId"]).toMatch(/\S/);
    await eventually("the end to be told", () => stage.told.length > 0);
    expect(stage.told.map(({ form }) => Object.fromEntries(form)["SipResponseCode"])).toEqual([status]);
  });

  it("tells nothing of SIP for a client", async () => {
    await lab.phone("1001", { kind: "busy" });
    await dial("<Client>1001</Client>", "+12125550012");
    expect(sipOf(await after())).toEqual([]);
  });

  it("gives a SIP party the credentials that it asks for, and tells nobody of them", async () => {
    await lab.phone("1001", { kind: "answer", challenge: PEER });
    const id = await dial(`<Sip username="${PEER.username}" password="${PEER.password}">sip:1001@${lab.domain}</Sip>`, "+12125550013");
    await talk("+12125550013");
    await lab.hangUp("1001");
    expect(await after()).toMatchObject({ DialCallStatus: "completed", DialBridged: "true" });
    expect(JSON.stringify([stage.server.asked, stage.told, stage.log.of(1, callSid(id))])).not.toContain(PEER.password);
  });

  it("does not reach a SIP party with other credentials, none, or some that cannot be used, of which the log says nothing but that", async () => {
    await lab.phone("1001", { kind: "answer", challenge: PEER });
    for (const [attributes, from, warnings] of [['username="peer" password="wrong"', "+12125550014", 0], ["", "+12125550015", 0], ['username="peer" password="a{b"', "+12125550016", 1], ['username="peer"', "+12125550017", 1]] as const) {
      const id = await dial(`<Sip ${attributes}>sip:1001@${lab.domain}</Sip>`, from);
      const { form } = await eventually(`the action of ${from}`, () => stage.server.to("/after").find(({ form: { From } }) => From === from));
      expect([form["DialBridged"], form["DialCallStatus"] === "completed"]).toEqual(["false", false]);
      const notes = stage.log.of(1, callSid(id)).map(({ text }) => text);
      expect(notes.filter((text) => /cannot be used/.test(text))).toHaveLength(warnings);
      expect(notes.join()).not.toContain("a{b");
    }
  });

  it("asks referUrl where a caller goes whom the party refers elsewhere, and lets the party go", async () => {
    stage.program("refer");
    stage.server.on("/refer", `<Dial action="/after" referUrl="/referred"><Sip>sip:1001@${lab.domain}</Sip></Dial>`);
    stage.server.on("/referred", '<Dial action="/after"><Client>1002</Client></Dial>');
    stage.server.on("/after", "<Hangup/>");
    const from = "+12125550020";
    const id = await stage.callIn("refer", from);
    await talk(from);
    await lab.refer("1001", "sip:4711@elsewhere.example");
    const { form } = await stage.server.next("/referred");
    expect(form).toMatchObject({ CallSid: callSid(id), CallStatus: "in-progress", ReferTransferTarget: "<sip:4711@elsewhere.example>" });
    await eventually("the caller to talk to whom the document names", async () => (await lab.hears(from)).has("1002"));
    const legs = [...stage.calls().legs.all()].flatMap((call) => call.legs);
    expect(legs.map(({ agentId }) => agentId).filter((agent) => agent !== null)).toEqual(["1002"]);
    expect(stage.server.to("/after")).toEqual([]);
    // The next one is not asked about: there is no referUrl.
    expect(stage.server.to("/referred")).toHaveLength(1);
    await lab.hangUp("1002");
    expect(await after()).toMatchObject({ DialCallStatus: "completed", DialBridged: "true" });
  });

  it("asks nobody about a REFER in the document after an update, whose Dial has no referUrl", async () => {
    stage.program("refer");
    stage.server.on("/refer", `<Dial referUrl="/referred"><Sip>sip:1001@${lab.domain}</Sip></Dial>`);
    stage.server.on("/other", "<Dial><Client>1002</Client></Dial>");
    const id = await stage.callIn("refer", "+12125550022");
    await talk("+12125550022");
    const node = stage.calls().scripts.leg(id)?.node ?? "";
    const asks = async (): Promise<string> => (await stage.node(node).api(commands.getVariable(channelUuid(id), variableName("callplane_refer", "variable")))).trim();
    expect(await asks()).toBe("true");
    await stage.engine().update(1, callSid(id), { document: { url: stage.server.url("/other"), method: "POST" } });
    await eventually("the caller to talk to the other", async () => (await lab.hears("+12125550022")).has("1002"));
    expect(await asks()).toBe("_undef_");
  });

  it("goes on as usual where nobody is referred", async () => {
    stage.program("refer");
    stage.server.on("/refer", `<Dial action="/after" referUrl="/referred"><Sip>sip:1001@${lab.domain}</Sip></Dial>`);
    stage.server.on("/after", "<Hangup/>");
    await stage.callIn("refer", "+12125550021");
    await talk("+12125550021");
    await lab.hangUp("1001");
    expect(await after()).toMatchObject({ DialCallStatus: "completed", DialBridged: "true" });
    expect(stage.server.to("/referred")).toEqual([]);
  });
}
