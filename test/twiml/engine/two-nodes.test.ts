/** Programs of callers on two FreeSWITCHes: what is on another one cannot be joined with a caller. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { openSimulatedLab } from "../../lab/simulated.js";
import type { Lab } from "../../lab/types.js";
import { eventually } from "../../lab/wait.js";
import { openProgramStage, type ProgramStage } from "./stage.js";

let labs: readonly [Lab, Lab];
let stage: ProgramStage;
beforeAll(async () => {
  labs = [await openSimulatedLab(), await openSimulatedLab()];
  stage = await openProgramStage(labs[0], 40, undefined, undefined, labs[1]);
});
afterAll(async () => {
  await stage.close();
  for (const lab of labs) await lab.close();
});

it("lets who dials a program's queue wait for a caller of the own FreeSWITCH, and leaves those of another one at their places", async () => {
  for (const [name, verbs] of Object.entries({
    line: '<Enqueue waitUrl="">line</Enqueue>',
    desk: '<Dial timeout="5" action="/after"><Queue>line</Queue></Dial>',
    near: '<Dial timeout="600"><Queue>line</Queue></Dial>',
  })) {
    stage.program(name);
    stage.server.on(`/${name}`, verbs);
  }
  stage.server.on("/after", '<Pause length="600"/>');
  const members = (): number | undefined => stage.engine().queues.find(1, "line")?.members.length;
  await stage.callIn("line", "+12125550901", labs[0]);
  await eventually("the caller to wait", () => members() === 1);
  await stage.callIn("desk", "+12125550902", labs[1]);
  expect((await stage.server.next("/after")).form).toMatchObject({ DialCallStatus: "no-answer" });
  expect(members()).toBe(1);
  await stage.callIn("near", "+12125550903", labs[0]);
  await eventually("the two to talk", async () => (await labs[0].hears("+12125550901")).has("+12125550903"));
});
