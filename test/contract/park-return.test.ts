import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openSimulatedLab } from "../lab/simulated.js";
import { openStage, type Stage } from "./harness.js";
import { hears, ok, talkingWith } from "./suites/steps.js";

describe("a parked call with PARK_RETURN_S", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage(await openSimulatedLab(), { PARK_RETURN_S: "1" });
  });
  afterEach(() => stage.clear());
  afterAll(async () => {
    await stage.close();
    await stage.lab.close();
  });

  it("rings the parker and gives the caller back to her", async () => {
    const { lab, as } = stage;
    const { id, customer } = await talkingWith(stage, "1001");
    ok(await as.alice.post(`/voicechannel/calls/${id}:park`));
    await as.alice.sees(id, { state: "parked", assignedTo: "1001" });
    await as.alice.sees(id, { state: "active", assignedTo: "1001" });
    await hears(lab, customer, "1001");
  });

  it("ends the call when the parker does not answer", async () => {
    const { lab, as } = stage;
    const { id } = await talkingWith(stage, "1001");
    await lab.phone("1001", { kind: "reject" });
    try {
      ok(await as.alice.post(`/voicechannel/calls/${id}:park`));
      await as.alice.gone(id);
    } finally {
      await lab.phone("1001", { kind: "answer", afterMs: 100 });
    }
  });

  it("still returns when Callplane was restarted meanwhile", async () => {
    const { lab, as } = stage;
    const { id, customer } = await talkingWith(stage, "1001");
    ok(await as.alice.post(`/voicechannel/calls/${id}:park`));
    await stage.restartCallplane();
    await as.alice.sees(id, { state: "active", assignedTo: "1001" });
    await hears(lab, customer, "1001");
    expect(await as.alice.calls()).toHaveLength(1);
  });
});
