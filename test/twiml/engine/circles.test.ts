/** Programs that go in circles, and those that only wait. */
import { afterEach, expect, it } from "vitest";
import { callSid } from "../../../src/sids.js";
import { openSimulatedLab } from "../../lab/simulated.js";
import type { Lab } from "../../lab/types.js";
import { eventually } from "../../lab/wait.js";
import { openProgramStage, type ProgramStage } from "./stage.js";

let lab: Lab;
let stage: ProgramStage;
afterEach(async () => {
  await stage.close();
  await lab.close();
});

/** @param secondMs how long a document's second is */
async function open(secondMs: number): Promise<void> {
  lab = await openSimulatedLab();
  stage = await openProgramStage(lab, secondMs);
}

it("goes on with a program that waits, however often it asks for its document", async () => {
  // Short, so that many documents are.
  await open(4);
  stage.program("wait");
  stage.server.on("/wait", '<Pause length="1"/><Redirect/>');
  const id = await stage.callIn("wait");
  await eventually("more documents than one in circles gets", () => stage.server.to("/wait").length > 110);
  expect([stage.log.of(1, callSid(id)), stage.calls().legs.find(id)?.state]).toEqual([[], "scripted"]);
});

it("ends a program that dials nobody again and again", async () => {
  // Long: a Dial that takes half of it, on a busy machine, is one that waits.
  await open(60_000);
  stage.program("dial");
  stage.server.on("/dial", '<Dial action="/dial"><Sip>sip:nobody@elsewhere.example</Sip></Dial>');
  const id = await stage.callIn("dial");
  await eventually("its end", () => stage.ended(id));
  expect(stage.server.to("/dial").length).toBe(101);
  expect(stage.log.of(1, callSid(id)).length).toBe(100);
});
