import { describe } from "vitest";
import { openSimulatedLab } from "../lab/simulated.js";
import { liveAudioSuite } from "./suite.js";

describe("live audio on the simulated switch", () => liveAudioSuite(openSimulatedLab));
