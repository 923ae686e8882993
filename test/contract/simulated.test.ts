import { describe } from "vitest";
import { openSimulatedLab } from "../lab/simulated.js";
import { contractSuites } from "./suites/index.js";

describe("the contract on the simulated switch", () => contractSuites(openSimulatedLab));
