/** What FreeSWITCH shows is behind when Callplane is killed and started again: legs that have ended are listed, others not yet, or the state of a leg is not written. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { callSid } from "../../../src/sids.js";
import { EslClient } from "../../lab/esl-client.js";
import { openSimulatedLab, type SimulatedLab } from "../../lab/simulated.js";
import { eventually } from "../../lab/wait.js";
import { openProgramStage, type ProgramStage } from "./stage.js";

const STATUS = "https://server.example/status";

let lab: SimulatedLab;
let stage: ProgramStage;
let esl: EslClient;
/** Takes the fault back. */
let fresh = (): void => undefined;
beforeAll(async () => {
  lab = await openSimulatedLab();
  const { port, password } = new URL(lab.eslUrl);
  esl = await EslClient.connect(Number(port), decodeURIComponent(password));
  stage = await openProgramStage(lab, 40);
});
afterEach(async () => {
  fresh();
  await stage.clear();
});
afterAll(async () => {
  esl.close();
  await stage.close();
  await lab.close();
});

const statuses = (id: string): readonly (string | undefined)[] => stage.told.map(({ form }) => Object.fromEntries(form)).filter(({ CallSid }) => CallSid === callSid(id)).map(({ CallStatus }) => CallStatus);
/** What FreeSWITCH lists now is what it will list. */
const stale = async (): Promise<void> => {
  fresh = lab.simulator.fault({ kind: "stale-rows" });
  await esl.api("show channels as json");
};
const caller = async (from: string): Promise<string> => {
  stage.program("kept", { fallback: { url: stage.server.url("/fallback"), method: "POST" }, statusCallback: { url: STATUS, method: "POST", events: ["completed"] } });
  for (const path of ["/kept", "/fallback"]) stage.server.on(path, '<Say>Hello</Say><Pause length="6000"/>');
  const id = await stage.callIn("kept", from);
  await eventually("the program", () => stage.calls().scripts.leg(id)?.answered === true);
  await eventually("the state to be written", () => stage.calls().counts.pendingStateWrites() === 0);
  return id;
};

it("tells the end of a caller who has hung up meanwhile and is listed still", async () => {
  const from = "+12125550701";
  const id = await caller(from);
  await stale();
  await stage.kill(() => lab.hangUp(from));
  await eventually("its end", () => statuses(id).includes("completed"), { timeoutMs: 10_000 });
  expect(statuses(id)).toEqual(["completed"]);
  expect(stage.calls().scripts.leg(id)).toBeUndefined();
  expect(stage.engine().size).toBe(0);
});

it("takes up a caller who has just called and is not listed yet", async () => {
  await stale();
  const id = await caller("+12125550702");
  await stage.kill();
  await eventually("the list to be read", () => stage.calls().counts.channels().size === 0 && stage.engine().size === 0);
  fresh();
  expect((await stage.server.next("/fallback")).form).toMatchObject({ CallSid: callSid(id), ErrorCode: "31000", CallStatus: "in-progress" });
  expect(statuses(id)).toEqual([]);
});

describe("a caller whose leg was not marked yet", () => {
  const unmarked = (): void => {
    fresh = lab.simulator.fault({ kind: "never-confirm", command: "uuid_setvar" });
  };

  it("is asked for the fallback, and not for the document again", async () => {
    unmarked();
    const id = await caller("+12125550703");
    await stage.kill(async () => fresh());
    expect((await stage.server.next("/fallback")).form).toMatchObject({ CallSid: callSid(id), ErrorCode: "31000" });
    expect(stage.server.to("/kept")).toHaveLength(1);
  });

  it("goes on in the conference, which it joins once", async () => {
    unmarked();
    stage.program("meeting", { fallback: { url: stage.server.url("/fallback"), method: "POST" } });
    stage.server.on("/meeting", `<Dial><Conference waitUrl="" statusCallback="${STATUS}" statusCallbackEvent="join leave">room</Conference></Dial>`);
    const from = "+12125550704";
    await stage.callIn("meeting", from);
    const events = (): readonly (string | undefined)[] => stage.told.map(({ form }) => Object.fromEntries(form)["StatusCallbackEvent"]);
    await eventually("the join", () => events().includes("participant-join"));
    await stage.kill(async () => fresh());
    await eventually("the caller to be known", () => stage.engine().conferences.of(1).some(({ participants }) => participants.length === 1));
    await lab.hangUp(from);
    await eventually("the leave", () => events().includes("participant-leave"));
    expect(events()).toEqual(["participant-join", "participant-leave"]);
    expect(stage.server.to("/meeting")).toHaveLength(1);
  });
});
