/** What a phone may make of the request to answer that does not know it. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeReal } from "../lab/describe-real.js";
import { createRealLab } from "../lab/real.js";
import type { SipAgent } from "../lab/sip-agent.js";
import { eventually } from "../lab/wait.js";
import { openStage, type Stage } from "./harness.js";
import { hears, newCustomer, ok, refused } from "./suites/steps.js";

describeReal("phones that are asked to answer by a real FreeSWITCH", await createRealLab(), (lab) => {
  let stage: Stage;
  let second: SipAgent;
  beforeAll(async () => {
    stage = await openStage(lab);
    second = await lab.phoneBeside("1001");
    await lab.phone("1001", { kind: "no-answer" });
  });
  afterAll(async () => {
    await second.register({ expires: 0 });
    second.close();
    await stage.close();
    await lab.close();
  });

  it.each([200, 405, 481, 489, 501])("ring on when one of them says %i and nothing more; the other one answers", async (status) => {
    const { as } = stage;
    second.onNotify = status;
    const before = second.rang.length;
    const customer = newCustomer();
    const id = await lab.callIn({ from: customer, to: "1001" });
    const legs = await eventually("both phones to ring", async () => {
      const ringing = (await as.alice.call(id))?.legs.filter(({ agent, state, sipCallId }) => agent === "1001" && state === "ringing" && sipCallId !== null) ?? [];
      return second.rang.length > before && ringing.length === 2 && ringing;
    });
    const invite = second.rang.at(-1);
    const [silent, other] = [true, false].map((is) => legs.find(({ sipCallId }) => (sipCallId === invite?.header("call-id")) === is)?.id ?? "");
    refused(await as.alice.post(`/voicechannel/calls/${id}/legs/${silent}:answer`), 409, "PHONE_DID_NOT_ANSWER");
    expect(second.received.filter(({ method }) => method === "NOTIFY").at(-1)?.header("event")).toBe("talk");
    expect((await as.alice.call(id))?.legs.filter(({ agent, state }) => agent === "1001" && state === "ringing")).toHaveLength(2);
    ok(await as.alice.post(`/voicechannel/calls/${id}/legs/${other}:answer`));
    await as.alice.sees(id, { state: "active", assignedTo: "1001" });
    await hears(lab, customer, "1001");
    await eventually("the other phone to be told", () => second.received.at(-1)?.method === "CANCEL");
    await stage.clear();
  });
});
