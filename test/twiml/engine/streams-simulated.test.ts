import { describe } from "vitest";
import { openSimulatedLab } from "../../lab/simulated.js";
import { streamVerbsSuite } from "./streams-suite.js";

describe("live audio of voice programs on the simulated switch", () => streamVerbsSuite(openSimulatedLab, 100));
