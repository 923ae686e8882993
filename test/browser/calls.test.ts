/** Agents whose phone is a browser's page, on a real FreeSWITCH over WSS, with the codecs as shipped and JsSIP as it comes. */
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { newCustomer, ok } from "../contract/suites/steps.js";
import { describeReal } from "../lab/describe-real.js";
import { eventually } from "../lab/wait.js";
import { createBrowserLab, openBrowserStage, SUPPORT_LINE, type BrowserLab, type BrowserStage } from "./stage.js";

describeReal("browsers as phones", await createBrowserLab(), suite);

function suite(lab: BrowserLab): void {
  let stage: BrowserStage;
  beforeAll(async () => {
    stage = await openBrowserStage(lab);
    await stage.hire({ extension: "2001" }, { extension: "2002" }, { extension: "2003", role: "supervisor" });
  });
  afterEach(() => stage.clear());
  afterAll(async () => {
    await stage.close();
    await lab.close();
  });

  it("register by a client token, and talk to a caller of the department", async () => {
    await stage.open("2001");
    const agent = await stage.as("2001");
    ok(await agent.post("/voicechannel/agents/2001/status", { status: "online" }));
    const customer = newCustomer();
    void lab.callIn(customer, SUPPORT_LINE);
    const call = await eventually("the agent to have the call", async () => (await agent.calls("?state=active"))[0]);
    expect(call).toMatchObject({ assignedTo: "2001", department: "support" });
    await stage.expectHears("2001", customer);
    await stage.expectHears(customer, "2001");
  });
}
