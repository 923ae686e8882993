/** A document is replaced while FreeSWITCH is in the middle of what it asked for. */
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { callSid } from "../../../src/sids.js";
import { openSimulatedLab, type SimulatedLab } from "../../lab/simulated.js";
import { eventually } from "../../lab/wait.js";
import { openProgramStage, type ProgramStage } from "./stage.js";

/** Longer than the test takes from the conversation's beginning to the other document. */
const LATE_MS = 300;

let lab: SimulatedLab;
let stage: ProgramStage;
/** Takes the fault back. */
let prompt = (): void => undefined;
beforeAll(async () => {
  lab = await openSimulatedLab();
  stage = await openProgramStage(lab, 40);
});
afterEach(async () => {
  prompt();
  await stage.clear();
});
afterAll(async () => {
  await stage.close();
  await lab.close();
});

const caller = async (name: string, from: string, verbs: string): Promise<string> => {
  stage.program(name);
  stage.server.on(`/${name}`, verbs);
  stage.server.on(`/after-${name}`, '<Pause length="600"/>');
  return stage.callIn(name, from);
};

it.each([
  ["a queue of its own", "line"],
  ["a department", "support"],
])("tells the caller's program that the caller of %s was bridged when the other's document is replaced before FreeSWITCH's reply has come", async (_, queue) => {
  const waiting = await caller("waiting", "+12125550801", `<Enqueue action="/after-waiting">${queue}</Enqueue>`);
  await eventually("the caller to wait", () => stage.calls().legs.find(waiting)?.queue === "support" || stage.engine().queues.find(1, queue)?.members.length === 1);
  prompt = lab.simulator.fault({ kind: "slow-replies", delayMs: LATE_MS });
  const desk = await caller("desk", "+12125550802", `<Dial><Queue>${queue}</Queue></Dial>`);
  await eventually("the two to talk in FreeSWITCH", async () => (await lab.hears("+12125550802")).has("+12125550801"));
  stage.server.on("/other", '<Say>Other</Say><Pause length="600"/>');
  await stage.engine().update(1, callSid(desk), { document: { url: stage.server.url("/other"), method: "POST" } });
  expect((await stage.server.next("/after-waiting")).form).toMatchObject({ QueueResult: "bridged" });
  await eventually("the other document", () => stage.spoken.includes("Other"));
  expect(stage.calls().scripts.leg(waiting)?.partner).toBeNull();
});
