/** A call of the API to a client with two phones, while Callplane is killed and started again: one call, whichever phone answers. */
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { openSimulatedLab, type SimulatedLab } from "../../lab/simulated.js";
import { eventually } from "../../lab/wait.js";
import { openProgramStage, type ProgramStage } from "./stage.js";

const STATUS = "https://server.example/status";
const PHONES = ["1001", "1001/browser"] as const;

let lab: SimulatedLab;
let stage: ProgramStage;
beforeAll(async () => {
  lab = await openSimulatedLab();
  lab.simulator.register("1001", true, undefined, "browser");
  stage = await openProgramStage(lab, 40);
});
afterEach(() => stage.clear());
afterAll(async () => {
  await stage.close();
  await lab.close();
});

const statuses = (): readonly (string | undefined)[] => stage.told.map(({ form }) => Object.fromEntries(form)["CallStatus"]);
const legs = (): readonly string[] => lab.simulator.channels().map(({ party }) => party);
const place = async (): Promise<string> => {
  for (const phone of PHONES) lab.simulator.setPhone(phone, { kind: "no-answer" });
  stage.server.on("/answered", '<Pause length="6000"/>');
  const { callSid } = await stage.engine().place(1, {
    target: { client: "1001" }, from: "+12125550199", to: "client:1001", timeoutS: 30, timeLimitS: null, sendDigits: null, by: "api",
    start: { name: "api", document: { url: stage.server.url("/answered"), method: "POST" }, fallback: null, department: null, statusCallback: { url: STATUS, method: "POST", events: ["ringing", "answered", "completed"] } },
  });
  await eventually("both phones to ring", () => legs().length === 2 && statuses().includes("ringing"));
  return callSid;
};

it.each(PHONES)("is run by %s when it answers after the restart; the other's leg ends", async (phone) => {
  const sid = await place();
  await stage.kill();
  await eventually("the call to be known", () => stage.engine().find(1, sid) !== undefined);
  lab.simulator.answer(phone);
  expect((await stage.server.next("/answered")).form).toMatchObject({ CallSid: sid, To: "client:1001", Direction: "outbound-api", CallStatus: "in-progress" });
  await eventually("the other to stop", () => legs().join() === phone);
  expect(statuses()).toEqual(["ringing", "in-progress"]);
  await stage.engine().update(1, sid, { status: "completed" });
  await eventually("its end", () => statuses().includes("completed"));
  expect([statuses(), stage.server.to("/answered").length]).toEqual([["ringing", "in-progress", "completed"], 1]);
});

it("is run by the second phone that answers while Callplane is away", async () => {
  const sid = await place();
  await stage.kill(async () => void lab.simulator.answer(PHONES[1]));
  expect((await stage.server.next("/answered")).form["CallSid"]).toBe(sid);
  await stage.engine().update(1, sid, { status: "completed" });
  await eventually("its end", () => statuses().includes("completed"));
  expect(statuses()).toEqual(["ringing", "in-progress", "completed"]);
});

it("is told to have ended once when nobody answers", async () => {
  const sid = await place();
  await stage.kill();
  await eventually("the call to be known", () => stage.engine().find(1, sid) !== undefined);
  lab.simulator.hangUp(PHONES[0]);
  await eventually("one phone to ring", () => legs().length === 1);
  expect(statuses()).toEqual(["ringing"]);
  lab.simulator.hangUp(PHONES[1]);
  await eventually("its end", () => statuses().length === 2);
  expect(["busy", "no-answer", "failed", "canceled"]).toContain(statuses()[1]);
});
