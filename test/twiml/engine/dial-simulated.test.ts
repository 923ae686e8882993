import { describe } from "vitest";
import { openSimulatedLab } from "../../lab/simulated.js";
import { dialSuite } from "./dial-suite.js";

describe("Dial on the simulated switch", () =>
  dialSuite(async () => {
    const lab = await openSimulatedLab();
    return { ...lab, press: async (party, digits) => lab.simulator.press(party, digits) };
  }, 40));
