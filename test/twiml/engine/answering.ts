/** Who answers a call: a person, or a machine. Part of what is shown of programs, for the simulated and the real switch. */
import { describe, expect, it } from "vitest";
import { callSid } from "../../../src/sids.js";
import type { MachineDetectionSettings } from "../../../src/speech/index.js";
import type { MachineWish } from "../../../src/twiml/index.js";
import { eventually } from "../../lab/wait.js";
import { joined, silence, speech, tone } from "../../speech/sounds.js";
import type { ProgramStage } from "./stage.js";

const NUMBER = "+15550000041";
const SETTINGS: MachineDetectionSettings = { mode: "start", timeoutMs: 8000, speechThresholdMs: 900, speechEndThresholdMs: 500, silenceTimeoutMs: 1200 };
const PERSON = joined(silence(200), speech(500));
const MACHINE = joined(silence(200), speech(1600), silence(200), tone(1000, 400));
const VERDICT = "https://server.example/verdict";
const STATUS = "https://server.example/status";

export function answeringTests(at: () => ProgramStage): void {
  const place = (machine: Partial<MachineWish> & { readonly mode?: "start" | "end" }, sendDigits: string | null = null): Promise<{ readonly callSid: string }> => {
    const { mode = "start", ...wish } = machine;
    return at().engine().place(1, {
      target: { number: NUMBER }, from: "+12125550199", to: NUMBER, timeoutS: 20, timeLimitS: null, sendDigits, by: "api",
      machine: { settings: { ...SETTINGS, mode }, beside: false, callback: null, ...wish },
      start: { name: "api", document: { url: at().server.url("/answered"), method: "POST" }, fallback: null, department: null, statusCallback: { url: STATUS, method: "POST", events: ["answered", "completed"] } },
    });
  };
  const told = (url: string): readonly Readonly<Record<string, string>>[] => at().told.filter((each) => each.url === url).map(({ form }) => Object.fromEntries(form));
  const says = (pcm: Buffer | null): Promise<void> => at().lab.says(NUMBER, pcm);

  describe("a call that looks at who answers", () => {
    it.each([
      ["a person", PERSON, "start", "human"],
      ["a machine, when its greeting begins", MACHINE, "start", "machine_start"],
      ["a machine, when it has beeped", MACHINE, "end", "machine_end_beep"],
      ["nobody who speaks", silence(100), "end", "unknown"],
    ] as const)("asks for its document with the verdict: %s", async (_who, pcm, mode, answeredBy) => {
      await says(pcm);
      at().server.on("/answered", "<Say>Hello</Say>");
      const { callSid: sid } = await place({ mode });
      const { form } = await at().server.next("/answered");
      expect(form).toMatchObject({ CallSid: sid, CallStatus: "in-progress", AnsweredBy: answeredBy });
      expect(Number(form["MachineDetectionDuration"])).toBeGreaterThan(400);
      await eventually("the end", () => told(STATUS).length === 2);
      expect(told(STATUS).map(({ CallStatus, AnsweredBy }) => [CallStatus, AnsweredBy])).toEqual([["in-progress", undefined], ["completed", answeredBy]]);
      expect(at().legNotes).toContainEqual({ uuid: expect.any(String) as unknown, organizationId: 1, answeredBy });
      expect(at().legNotes.some(({ uuid }) => callSid(uuid) === sid)).toBe(true);
    });

    it("runs its document at once where it need not wait, and is told the verdict beside", async () => {
      await says(MACHINE);
      at().server.on("/answered", '<Pause length="600"/>');
      const { callSid: sid } = await place({ beside: true, callback: { url: VERDICT, method: "POST" } });
      expect((await at().server.next("/answered")).form["AnsweredBy"]).toBeUndefined();
      await eventually("the verdict", () => told(VERDICT).length === 1);
      expect(told(VERDICT)[0]).toMatchObject({ CallSid: sid, AnsweredBy: "machine_start" });
      await at().engine().update(1, sid, { status: "completed" });
      await eventually("the end", () => told(STATUS).at(-1)?.["CallStatus"] === "completed");
      expect(told(STATUS).at(-1)).toMatchObject({ AnsweredBy: "machine_start" });
    });

    it("leaves the verdict when it gets another document meanwhile", async () => {
      await says(joined(speech(500), silence(60_000)));
      at().server.on("/answered", "<Say>never</Say>");
      const { callSid: sid } = await place({ settings: { ...SETTINGS, speechEndThresholdMs: 60_000, timeoutMs: 60_000 } });
      await eventually("the answer", () => told(STATUS).length === 1);
      await eventually("its program", () => at().engine().find(1, sid)?.leg != null);
      await at().engine().update(1, sid, { document: { twiml: "<Response><Say>Other</Say></Response>" } });
      await eventually("the end", () => told(STATUS).length === 2);
      expect(at().spoken).toEqual(["Other"]);
      expect(told(STATUS).at(-1)?.["AnsweredBy"]).toBeUndefined();
    });

    it("ends as any other when it hangs up meanwhile", async () => {
      await says(joined(speech(500), silence(60_000)));
      await place({ settings: { ...SETTINGS, speechEndThresholdMs: 60_000, timeoutMs: 60_000 } });
      await eventually("the answer", () => told(STATUS).length === 1);
      await at().lab.hangUp(NUMBER);
      await eventually("the end", () => told(STATUS).length === 2);
      expect(at().server.to("/answered")).toEqual([]);
    });
  });

  describe("a number that Dial calls and looks at who answers", () => {
    const dial = async (attributes: string): Promise<void> => {
      at().program("dial");
      at().server.on("/dial", `<Dial action="/after"><Number machineDetection="Enable" machineDetectionSpeechThreshold="1000" machineDetectionSpeechEndThreshold="500" statusCallback="${STATUS}" ${attributes}>${NUMBER}</Number></Dial>`);
      at().server.on("/after", '<Pause length="600"/>');
      await at().callIn("dial");
    };

    it("is asked for its own document with the verdict, which decides whether the caller is connected", async () => {
      await says(MACHINE);
      at().server.on("/whisper", ({ form }) => (form["AnsweredBy"] === "machine_start" ? "<Hangup/>" : ""));
      await dial('url="/whisper"');
      expect((await at().server.next("/after")).form).toMatchObject({ DialCallStatus: "completed", DialBridged: "false" });
      await eventually("the callee's end", () => told(STATUS).length === 1);
      expect(told(STATUS)[0]).toMatchObject({ CallStatus: "completed", AnsweredBy: "machine_start" });
    });

    it("is connected at once where the verdict goes to a server", async () => {
      await says(PERSON);
      await dial(`amdStatusCallback="${VERDICT}"`);
      await eventually("the verdict", () => told(VERDICT).length === 1, { details: () => JSON.stringify(at().told) });
      expect(told(VERDICT)[0]).toMatchObject({ AnsweredBy: "human" });
      await at().lab.hangUp(NUMBER);
      expect((await at().server.next("/after")).form).toMatchObject({ DialCallStatus: "completed", DialBridged: "true" });
    });
  });
}
