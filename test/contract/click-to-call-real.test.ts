/** What an agent hears whose phone is rung first: ringback, the far end before it answers, and a tone when it does not. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeReal } from "../lab/describe-real.js";
import { createRealLab } from "../lab/real.js";
import { eventually } from "../lab/wait.js";
import { openStage, type Stage } from "./harness.js";
import { hears, newNumber, ok } from "./suites/steps.js";

describeReal("an agent who calls, on a real FreeSWITCH", await createRealLab(), (lab) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage(lab);
  });
  afterAll(async () => {
    await stage.close();
    await lab.close();
  });
  const sounds = (what: string): Promise<unknown> => eventually(what, async () => (await lab.listen("1001")).other);

  it("hears that the far end rings, and then the far end", async () => {
    const number = newNumber();
    await lab.trunk(number, { kind: "answer", afterMs: 4000 });
    ok(await stage.as.alice.post("/voicechannel/calls", { type: "phonenumber", to: number }), 201);
    await sounds("ringback");
    await hears(lab, "1001", number);
    await lab.hangUp(number);
    await eventually("the call to have ended", async () => (await stage.as.admin.calls()).length === 0);
  });

  it("hears what the network says before anybody answers", async () => {
    const number = newNumber();
    await lab.trunk(number, { kind: "announce" });
    const reply = await stage.as.alice.post("/voicechannel/calls", { type: "phonenumber", to: number });
    ok(reply, 201);
    await hears(lab, "1001", number);
    expect(await stage.as.alice.call((reply.body as { id: string }).id)).toMatchObject({ state: "ringing", answeredAt: null, assignedTo: "1001" });
    await lab.hangUp("1001");
    await eventually("the call to have ended", async () => (await stage.as.admin.calls()).length === 0);
  });

  it.each(["busy", "reject"] as const)("hears a tone when the far end says %s, and is released after it", async (kind) => {
    const number = newNumber();
    await lab.trunk(number, { kind });
    ok(await stage.as.alice.post("/voicechannel/calls", { type: "phonenumber", to: number }), 201);
    await sounds("the tone");
    expect(await stage.as.admin.calls()).toHaveLength(1);
    await eventually("the call to have ended", async () => (await stage.as.admin.calls()).length === 0);
  });
});
