/** The contract, which the simulated switch and a real FreeSWITCH keep alike. */
import { afterAll, afterEach, beforeAll } from "vitest";
import type { Lab } from "../../lab/types.js";
import { openStage, type Stage } from "../harness.js";
import { StreamClient } from "../stream-client.js";
import { agentsSuite } from "./agents.js";
import { answeringSuite } from "./answering.js";
import { attributesSuite } from "./attributes.js";
import { besideSuite } from "./beside.js";
import { controlSuite } from "./control.js";
import { facesSuite } from "./faces.js";
import { liveEventsSuite } from "./live-events.js";
import { ownershipSuite } from "./ownership.js";
import { resilienceSuite } from "./resilience.js";
import { rungSuite } from "./rung.js";
import { supervisionSuite } from "./supervision.js";

export function contractSuites(openLab: () => Promise<Lab>): void {
  let stage: Stage;
  /** A supervisor's and an agent's console that never poll. After every step they know what the lists show. */
  let consoles: readonly StreamClient[] = [];
  const agree = async (figures: boolean): Promise<void> => {
    await Promise.all(consoles.map((each) => each.agrees({ figures })));
  };
  beforeAll(async () => {
    stage = await openStage(await openLab());
    consoles = [new StreamClient("carol", stage.as.carol), new StreamClient("alice", stage.as.alice)];
    for (const client of Object.values(stage.as)) client.acted = () => agree(false);
  }, 60_000);
  afterEach(async () => {
    await agree(true);
    await stage.clear();
    await agree(false);
  });
  afterAll(async () => {
    for (const each of consoles) each.close();
    await stage.close();
    await stage.lab.close();
  });
  for (const suite of [controlSuite, attributesSuite, besideSuite, rungSuite, answeringSuite, ownershipSuite, supervisionSuite, agentsSuite, facesSuite, liveEventsSuite, resilienceSuite]) suite(() => stage);
}
