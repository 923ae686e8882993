import { afterAll, afterEach, beforeAll, describe, it } from "vitest";
import { createRealLab } from "../lab/real.js";
import { openStage, type Stage } from "./harness.js";
import { agentsSuite } from "./suites/agents.js";
import { controlSuite } from "./suites/control.js";
import { facesSuite } from "./suites/faces.js";
import { liveEventsSuite } from "./suites/live-events.js";
import { ownershipSuite } from "./suites/ownership.js";
import { resilienceSuite } from "./suites/resilience.js";
import { supervisionSuite } from "./suites/supervision.js";

const found = await createRealLab();

if ("skipped" in found) {
  describe(`on a real FreeSWITCH (skipped: ${found.skipped})`, () => {
    it.skip("needs docker or FREESWITCH_BIN", () => undefined);
  });
  console.warn(`The contract suite does not run on a real FreeSWITCH: ${found.skipped}`);
} else {
  const { lab } = found;
  describe(`on a real FreeSWITCH (${lab.description})`, () => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await openStage(lab);
    }, 60_000);
    afterEach(() => stage.clear());
    afterAll(async () => {
      await stage.close();
      await lab.close();
    });
    controlSuite(() => stage);
    ownershipSuite(() => stage);
    supervisionSuite(() => stage);
    agentsSuite(() => stage);
    facesSuite(() => stage);
    liveEventsSuite(() => stage);
    resilienceSuite(() => stage);
  });
}
