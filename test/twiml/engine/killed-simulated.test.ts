import { describe } from "vitest";
import { openSimulatedLab } from "../../lab/simulated.js";
import { killedSuite } from "./killed-suite.js";

describe("programs of a Callplane that is killed, on the simulated switch", () =>
  killedSuite(async () => {
    const lab = await openSimulatedLab();
    return { ...lab, press: async (party, digits) => lab.simulator.press(party, digits) };
  }, 40));
