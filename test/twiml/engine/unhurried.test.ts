import { afterAll, beforeAll, expect, it } from "vitest";
import { callSid } from "../../../src/sids.js";
import { openSimulatedLab } from "../../lab/simulated.js";
import type { Lab } from "../../lab/types.js";
import { eventually } from "../../lab/wait.js";
import { openProgramStage, type ProgramStage } from "./stage.js";

let lab: Lab;
let stage: ProgramStage;
beforeAll(async () => {
  lab = await openSimulatedLab();
  // No event is there that soon, as on a machine that is busy with hundreds of programs.
  stage = await openProgramStage(lab, 100, 3000, 0);
});
afterAll(async () => {
  await stage.clear();
  await stage.close();
  await lab.close();
});

it("keeps a caller's program though FreeSWITCH confirms later than a request would wait for it", async () => {
  stage.program("hello");
  stage.server.on("/hello", "<Say>Hello</Say><Record/>");
  stage.server.on("/recorded", "<Hangup/>");
  const id = await stage.callIn("hello");
  await eventually("the caller to be recorded", () => stage.calls().legs.find(id)?.legs.some(({ recordings }) => recordings.length > 0) === true);
  expect(stage.log.of(1, callSid(id))).toEqual([]);
});
