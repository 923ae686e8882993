import { describe, expect, it } from "vitest";
import { openSimulatedLab } from "../../lab/simulated.js";
import { eventually } from "../../lab/wait.js";
import { sipSuite } from "./sip-suite.js";
import { openProgramStage } from "./stage.js";

describe("what programs are told of SIP on the simulated switch", () => {
  sipSuite(async () => {
    const lab = await openSimulatedLab();
    return { ...lab, press: async (party, digits) => lab.simulator.press(party, digits) };
  }, 40);

  it("tells the end of a caller who has hung up before FreeSWITCH could say who calls, and asks for no document", async () => {
    const lab = await openSimulatedLab();
    const stage = await openProgramStage(lab, 40);
    try {
      stage.program("gone", { statusCallback: { url: "https://server.example/status", method: "POST", events: ["completed"] } });
      lab.simulator.fault({ kind: "slow-replies", delayMs: 300 });
      const id = await stage.callIn("gone", "+12125550003");
      await eventually("the caller to be known", () => stage.calls().scripts.leg(id)?.program === "gone");
      await lab.hangUp("+12125550003");
      await eventually("the end to be told", () => stage.told.length > 0);
      expect(stage.told.map(({ form }) => Object.fromEntries(form)["CallStatus"])).toEqual(["canceled"]);
      expect(stage.server.asked).toEqual([]);
    } finally {
      await stage.close();
      await lab.close();
    }
  });
});
