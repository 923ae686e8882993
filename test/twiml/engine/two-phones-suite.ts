/** A call of the API to a client with two phones, while Callplane is killed and started again: one call, whichever phone answers. */
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { eventually } from "../../lab/wait.js";
import { openProgramStage, type ProgramStage } from "./stage.js";
import type { ProgramLab } from "./suite.js";

const STATUS = "https://server.example/status";
export const PHONES = ["first", "second"] as const;
export type Phone = (typeof PHONES)[number];

/** The two phones of extension 1001. */
export interface TwoPhones {
  readonly lab: ProgramLab;
  /** From now on they ring and do nothing. */
  ring(): Promise<void>;
  answer(phone: Phone): Promise<void>;
  hangUp(phone: Phone): Promise<void>;
  /** The phones that FreeSWITCH has a leg to, in the order of their names. */
  up(): Promise<readonly Phone[]>;
  close(): Promise<void>;
}

export function twoPhonesSuite(open: () => Promise<TwoPhones>, secondMs: number): void {
  let phones: TwoPhones;
  let stage: ProgramStage;
  beforeAll(async () => {
    phones = await open();
    stage = await openProgramStage(phones.lab, secondMs);
  }, 60_000);
  afterEach(() => stage.clear());
  afterAll(async () => {
    await stage.close();
    await phones.close();
  });

  const statuses = (): readonly (string | undefined)[] => stage.told.map(({ form }) => Object.fromEntries(form)["CallStatus"]);
  const areUp = async (...expected: readonly Phone[]): Promise<boolean> => (await phones.up()).join() === expected.join();
  const place = async (): Promise<string> => {
    await phones.ring();
    stage.server.on("/answered", '<Pause length="6000"/>');
    const { callSid } = await stage.engine().place(1, {
      target: { client: "1001" }, from: "+12125550199", to: "client:1001", timeoutS: 30, timeLimitS: null, sendDigits: null, by: "api",
      start: { name: "api", document: { url: stage.server.url("/answered"), method: "POST" }, fallback: null, department: null, statusCallback: { url: STATUS, method: "POST", events: ["ringing", "answered", "completed"] } },
    });
    await eventually("both phones to ring", async () => (await areUp("first", "second")) && statuses().includes("ringing"));
    return callSid;
  };
  const isKnown = (sid: string): Promise<unknown> => eventually("the call to be known", () => stage.engine().find(1, sid) !== undefined);

  it.each(PHONES)("is run by the %s phone when it answers after the restart; the other's leg ends", async (phone) => {
    const sid = await place();
    await stage.kill();
    await isKnown(sid);
    await phones.answer(phone);
    expect((await stage.server.next("/answered")).form).toMatchObject({ CallSid: sid, To: "client:1001", Direction: "outbound-api", CallStatus: "in-progress" });
    await eventually("the other to stop", () => areUp(phone));
    expect(statuses()).toEqual(["ringing", "in-progress"]);
    await stage.engine().update(1, sid, { status: "completed" });
    await eventually("its end", () => statuses().includes("completed"));
    expect([statuses(), stage.server.to("/answered").length]).toEqual([["ringing", "in-progress", "completed"], 1]);
  });

  it("is run by the second phone that answers while Callplane is away", async () => {
    const sid = await place();
    await stage.kill(() => phones.answer("second"));
    expect((await stage.server.next("/answered")).form["CallSid"]).toBe(sid);
    await stage.engine().update(1, sid, { status: "completed" });
    await eventually("its end", () => statuses().includes("completed"));
    expect(statuses()).toEqual(["ringing", "in-progress", "completed"]);
  });

  it("is told to have ended once when nobody answers", async () => {
    const sid = await place();
    await stage.kill();
    await isKnown(sid);
    await phones.hangUp("first");
    await eventually("one phone to ring", () => areUp("second"));
    expect(statuses()).toEqual(["ringing"]);
    await phones.hangUp("second");
    await eventually("its end", () => statuses().length === 2);
    expect(["busy", "no-answer", "failed", "canceled"]).toContain(statuses()[1]);
  });

  it("is one child of a Dial, whichever phone answers", async () => {
    await phones.ring();
    stage.program("dial");
    stage.server.on("/dial", `<Dial timeout="600" action="/after"><Client statusCallback="${STATUS}" statusCallbackEvent="initiated ringing answered completed">1001</Client></Dial>`);
    stage.server.on("/after", '<Pause length="600"/>');
    const id = await stage.callIn("dial", "+12125550147");
    // A phone that answers before it has rung is told of without "ringing".
    await eventually("both phones to ring", async () => (await areUp("first", "second")) && statuses().includes("ringing"));
    await phones.answer("second");
    await eventually("the first to stop", () => areUp("second"));
    await eventually("the two to talk", () => stage.calls().legs.find(id)?.state === "active");
    await phones.hangUp("second");
    const { form } = await stage.server.next("/after");
    expect(form).toMatchObject({ DialCallStatus: "completed", DialBridged: "true" });
    await eventually("its end", () => statuses().includes("completed"));
    expect(statuses()).toEqual(["initiated", "ringing", "in-progress", "completed"]);
    expect(new Set(stage.told.map(({ form }) => Object.fromEntries(form)["CallSid"]))).toEqual(new Set([form["DialCallSid"]]));
  });
}
