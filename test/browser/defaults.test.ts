/** JsSIP as it comes: its session timer, its digits, its hold, its transfers, over WSS with a certificate that freeswitch-conf made. */
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { connect } from "node:tls";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { newCustomer, ok } from "../contract/suites/steps.js";
import { describeReal } from "../lab/describe-real.js";
import { eventually } from "../lab/wait.js";
import { createBrowserLab, openBrowserStage, SUPPORT_LINE, type BrowserLab, type BrowserStage } from "./stage.js";

describeReal("JsSIP with its defaults", await createBrowserLab(), suite);

const [ALICE, BOB] = ["2001", "2002"] as const;

function suite(lab: BrowserLab): void {
  let stage: BrowserStage;
  beforeAll(async () => {
    stage = await openBrowserStage(lab, { RING_TIMEOUT_S: "5" });
    await stage.hire({ extension: ALICE, ringTimeoutS: 5 }, { extension: BOB, departments: [], ringTimeoutS: 5 });
    ok(await stage.admin.post("/voiceconfig/departments", { name: "sales" }), 201);
  });
  afterEach(() => stage.clear());
  afterAll(async () => {
    await stage.close();
    await lab.close();
  });

  /** A caller of the department talks to alice's page. */
  const talking = async (): Promise<{ readonly id: string; readonly customer: string; readonly callId: string }> => {
    await stage.open(ALICE);
    const alice = await stage.as(ALICE);
    ok(await alice.post(`/voicechannel/agents/${ALICE}/status`, { status: "online" }));
    const customer = newCustomer();
    void lab.callIn(customer, SUPPORT_LINE);
    const { id } = await eventually("alice to have the call", async () => (await alice.calls("?state=active"))[0]);
    await together(customer, ALICE);
    const [call] = await stage.page(ALICE).calls();
    return { id, customer, callId: call?.callId ?? "" };
  };
  const together = async (one: string, other: string): Promise<void> => void (await Promise.all([stage.expectHears(one, other), stage.expectHears(other, one)]));

  it("trusts the certificate by its names", async () => {
    const certificate = new X509Certificate(await readFile(lab.certificate));
    expect(certificate.checkIP("127.0.0.1")).toBe("127.0.0.1");
    await new Promise<void>((resolve, reject) => {
      const socket = connect({ port: lab.wssPort, host: "127.0.0.1", ca: certificate.toString() }, () => {
        socket.destroy();
        resolve();
      }).on("error", reject);
    });
  });

  it("dials a colleague with its session timer", async () => {
    await stage.open(ALICE);
    await stage.open(BOB);
    await stage.page(ALICE).call(BOB);
    await together(ALICE, BOB);
  });

  it("sends digits by INFO", async () => {
    const { customer } = await talking();
    await stage.page(ALICE).press("42#");
    await eventually("the digits to come", () => lab.parties.digits(customer) === "42#", { details: () => lab.parties.digits(customer) });
  });

  it("holds by itself: the caller hears music, :resume does not say that it worked, and the page takes the call back", async () => {
    const { id, customer } = await talking();
    const alice = await stage.as(ALICE);
    await stage.page(ALICE).hold(true);
    await eventually("the hold to be shown", async () => ((await alice.call(id)) as { heldBy?: string } | null)?.heldBy === "phone");
    await eventually("the caller to hear music alone", async () => {
      const { parties, other } = await stage.hears(customer);
      return other && parties.length === 0;
    });
    const resumed = await alice.post(`/voicechannel/calls/${id}:resume`);
    if (resumed.status === 409) expect(resumed.body).toMatchObject({ error: "HELD_BY_PHONE" });
    else await together(customer, ALICE);
    await stage.page(ALICE).hold(false);
    await together(customer, ALICE);
    await alice.sees(id, { state: "active" });
  });

  it("refers the caller to a colleague, whose call it is then", async () => {
    const { id, customer, callId } = await talking();
    await stage.open(BOB);
    expect(await stage.page(ALICE).refer(callId, BOB)).toContain("accepted 200");
    await together(customer, BOB);
    await stage.admin.sees(id, { state: "active", assignedTo: BOB });
    await eventually("alice's page to have no call", async () => (await stage.page(ALICE).calls()).length === 0);
    await eventually("alice to be free", async () => ((await stage.admin.get(`/voicechannel/agents/${ALICE}`)).body as { status: string }).status !== "inCall");
  });

  it.each(["sales", "support"])("refers the caller of support to the department %s", async (department) => {
    const { id, customer, callId } = await talking();
    ok(await (await stage.as(ALICE)).post(`/voicechannel/agents/${ALICE}/status`, { status: "away" }));
    expect(await stage.page(ALICE).refer(callId, `queue-${department}`)).toContain("accepted 200");
    await stage.admin.sees(id, { state: "queued", department, assignedTo: null });
    await eventually("the caller to hear music", async () => (await stage.hears(customer)).other);
  });

  it.each([
    ["a colleague who refuses", BOB, { kind: "reject", status: 486 }],
    ["a colleague who does not answer", BOB, { kind: "ring" }],
    ["an extension that does not exist", "1009999", null],
    ["a number that may not be dialled", "+19005551234", null],
  ] as const)("has the caller back when it refers to %s", async (_, target, behaviour) => {
    const { id, customer, callId } = await talking();
    if (behaviour !== null) await (await stage.open(BOB)).onCall(behaviour);
    const told = await stage.page(ALICE).refer(callId, target);
    expect(told.at(-1)).toMatch(/^failed [4-6]/);
    await together(customer, ALICE);
    await stage.admin.sees(id, { state: "active", assignedTo: ALICE });
  });

  it("leaves the caller to the department when it refers, hangs up, and the colleague refuses", async () => {
    const { id, customer, callId } = await talking();
    ok(await (await stage.as(ALICE)).post(`/voicechannel/agents/${ALICE}/status`, { status: "away" }));
    await (await stage.open(BOB)).onCall({ kind: "ring" });
    const told = stage.page(ALICE).refer(callId, BOB).catch(() => undefined);
    await eventually("the colleague's page to ring", async () => (await stage.page(BOB).calls()).length === 1);
    await stage.page(ALICE).hangUp(callId);
    await eventually("alice's leg to have ended", async () => (await stage.admin.call(id))?.legs.every(({ agent }) => agent !== ALICE));
    await stage.page(BOB).hangUp();
    await stage.admin.sees(id, { state: "queued", department: "support", assignedTo: null });
    await eventually("the caller to hear music", async () => (await stage.hears(customer)).other);
    await told;
  });

  it("refers the caller to a colleague with whom it has talked before", async () => {
    const { id, customer, callId } = await talking();
    await stage.open(BOB);
    await stage.page(ALICE).hold(true);
    const other = await stage.page(ALICE).call(BOB);
    await stage.expectHears(BOB, ALICE);
    expect(await stage.page(ALICE).refer(callId, BOB, other)).toContain("accepted 200");
    await together(customer, BOB);
    await stage.admin.sees(id, { state: "active", assignedTo: BOB });
    await eventually("alice's page to have no call", async () => (await stage.page(ALICE).calls()).length === 0);
  });
}
