import { describe } from "vitest";
import { openSimulatedLab } from "../../lab/simulated.js";
import { programSuite } from "./suite.js";

describe("voice programs on the simulated switch", () =>
  programSuite(async () => {
    const lab = await openSimulatedLab();
    return { ...lab, press: async (party, digits) => lab.simulator.press(party, digits) };
  }, 40));
