/** Pages that are closed, reloaded or cut off in a call, on a real FreeSWITCH, by what the parties hear. */
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { Client } from "../contract/harness.js";
import { newCustomer, newNumber, ok } from "../contract/suites/steps.js";
import { describeReal } from "../lab/describe-real.js";
import { delay, eventually } from "../lab/wait.js";
import { createBrowserLab, openBrowserStage, SUPPORT_LINE, type BrowserLab, type BrowserStage } from "./stage.js";

describeReal("pages that vanish in a call", await createBrowserLab(), suite);

/** FreeSWITCH refreshes a session with a browser within 50 s, and ends one that the page does not refresh after 81 s (nua_session.c). */
const REFRESHED_MS = 85_000;

function suite(lab: BrowserLab): void {
  let stage: BrowserStage;
  beforeAll(async () => {
    stage = await openBrowserStage(lab);
    await stage.hire({ extension: "2001" }, { extension: "2002" });
  });
  afterEach(() => stage.clear());
  afterAll(async () => {
    await stage.close();
    await lab.close();
  });

  /** A caller of the department talks to the agent. */
  const talking = async (extension: string): Promise<{ readonly id: string; readonly customer: string; readonly agent: Client }> => {
    const agent = await stage.as(extension);
    ok(await agent.post(`/voicechannel/agents/${extension}/status`, { status: "online" }));
    const customer = newCustomer();
    void lab.callIn(customer, SUPPORT_LINE);
    const call = await eventually("the agent to have the call", async () => (await agent.calls("?state=active"))[0]);
    ok(await agent.post(`/voicechannel/agents/${extension}/status`, { status: "away" }));
    await stage.expectHears(customer, extension);
    await stage.expectHears(extension, customer);
    return { id: call.id, customer, agent };
  };
  const hearsMusic = (listener: string): Promise<unknown> =>
    eventually(`${listener} to hear music`, async () => {
      const { parties, other } = await stage.hears(listener);
      return other && parties.length === 0;
    });

  it("leave the caller with music, and have the caller back when they are open again", async () => {
    await stage.open("2001");
    const { id, customer } = await talking("2001");
    await stage.page("2001").close();
    await stage.admin.sees(id, { state: "held", heldBy: "lostPhone", assignedTo: "2001" });
    await hearsMusic(customer);
    await stage.open("2001");
    await stage.expectHears("2001", customer);
    await stage.expectHears(customer, "2001");
    await stage.admin.sees(id, { state: "active", heldBy: null, assignedTo: "2001" });
  }, 60_000);

  it("have the caller back when they are reloaded", async () => {
    const page = await stage.open("2001");
    const { id, customer } = await talking("2001");
    await page.reload();
    await eventually("the caller to be back", async () => (await stage.hears(customer)).parties.includes("2001"));
    await stage.expectHears("2001", customer);
    await stage.admin.sees(id, { state: "active", assignedTo: "2001" });
    expect((await stage.admin.call(id))?.legs).toHaveLength(2);
  }, 60_000);

  it("go on talking when their connection was lost for two seconds, whoever called whom, and know which calls are theirs", async () => {
    const [called, caller] = [await stage.open("2001"), await stage.open("2002")];
    const { id, customer } = await talking("2001");
    const number = newNumber();
    const dialled = await caller.call(number);
    await stage.expectHears("2002", number);
    for (const page of [called, caller]) page.cut();
    await delay(2000);
    for (const page of [called, caller]) page.mend();
    await eventually("both pages to register again", async () => (await Promise.all([called, caller].map((page) => page.state()))).every(({ connected, registered }) => connected && registered));
    await delay(REFRESHED_MS);
    await stage.expectHears("2001", customer);
    await stage.expectHears(customer, "2001");
    await stage.expectHears("2002", number);
    await stage.expectHears(number, "2002");
    const [own] = await called.calls();
    expect((await (await stage.as("2001")).calls(`?sipCallId=${encodeURIComponent(own?.callId ?? "")}`)).map((each) => each.id)).toEqual([id]);
    expect(await (await stage.as("2002")).calls(`?sipCallId=${encodeURIComponent(dialled)}`)).toHaveLength(1);
    // What the page does reaches FreeSWITCH by the new connection.
    await caller.hangUp();
    await eventually("the dialled call to end", async () => (await stage.admin.calls()).length === 1);
    ok(await stage.admin.post(`/voicechannel/calls/${id}:hangup`));
    await stage.admin.gone(id);
    // FreeSWITCH says its goodbye on the old connection; JsSIP's own refresh of the session tells the page.
    await eventually("the page to learn of the end", async () => (await called.calls()).length === 0, { timeoutMs: 60_000 });
  }, 240_000);
}
