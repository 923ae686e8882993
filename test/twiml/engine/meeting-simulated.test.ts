import { describe } from "vitest";
import { openSimulatedLab } from "../../lab/simulated.js";
import { meetingSuite } from "./meeting-suite.js";

describe("conferences and queues of programs on the simulated switch", () =>
  meetingSuite(async () => {
    const lab = await openSimulatedLab();
    return { ...lab, press: async (party, digits) => lab.simulator.press(party, digits) };
  }, 40));
