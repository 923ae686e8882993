/** The contract, which the simulated switch and a real FreeSWITCH keep alike. */
import { afterAll, afterEach, beforeAll } from "vitest";
import type { Lab } from "../../lab/types.js";
import { openStage, type Stage } from "../harness.js";
import { agentsSuite } from "./agents.js";
import { attributesSuite } from "./attributes.js";
import { controlSuite } from "./control.js";
import { facesSuite } from "./faces.js";
import { liveEventsSuite } from "./live-events.js";
import { ownershipSuite } from "./ownership.js";
import { resilienceSuite } from "./resilience.js";
import { supervisionSuite } from "./supervision.js";

export function contractSuites(openLab: () => Promise<Lab>): void {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage(await openLab());
  }, 60_000);
  afterEach(() => stage.clear());
  afterAll(async () => {
    await stage.close();
    await stage.lab.close();
  });
  for (const suite of [controlSuite, attributesSuite, ownershipSuite, supervisionSuite, agentsSuite, facesSuite, liveEventsSuite, resilienceSuite]) suite(() => stage);
}
