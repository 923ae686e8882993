import { afterAll, afterEach, beforeAll, describe } from "vitest";
import { openSimulatedLab } from "../lab/simulated.js";
import { openStage, type Stage } from "./harness.js";
import { agentsSuite } from "./suites/agents.js";
import { controlSuite } from "./suites/control.js";
import { facesSuite } from "./suites/faces.js";
import { liveEventsSuite } from "./suites/live-events.js";
import { ownershipSuite } from "./suites/ownership.js";
import { resilienceSuite } from "./suites/resilience.js";
import { supervisionSuite } from "./suites/supervision.js";

describe("on the simulated switch", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage(await openSimulatedLab());
  });
  afterEach(() => stage.clear());
  afterAll(async () => {
    await stage.close();
    await stage.lab.close();
  });
  controlSuite(() => stage);
  ownershipSuite(() => stage);
  supervisionSuite(() => stage);
  agentsSuite(() => stage);
  facesSuite(() => stage);
  liveEventsSuite(() => stage);
  resilienceSuite(() => stage);
});
