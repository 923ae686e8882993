/** Recordings in the background of a call, and without its silence. Part of what is shown of programs, for the simulated and the real switch. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { callSid } from "../../../src/sids.js";
import { eventually } from "../../lab/wait.js";
import { readWav } from "../../lab/tones.js";
import { joined, silence, speech } from "../../speech/sounds.js";
import { ACCOUNT, admin, type ProgramStage } from "./stage.js";

const NUMBER = "+15550000051";
const TOLD = "https://server.example/recording";
const STATUS = "https://server.example/status";
const CALLBACK = { url: TOLD, method: "POST", events: ["in-progress", "completed", "absent"] } as const;

/** FreeSWITCH records by whole frames, and its own clock. */
const TOLERANCE_S = 0.1;

export function recordingTests(at: () => ProgramStage): void {
  const told = (url: string): readonly Readonly<Record<string, string>>[] => at().told.filter((each) => each.url === url).map(({ form }) => Object.fromEntries(form));
  const ended = (source: string): Promise<unknown> => eventually("the recording to be kept", () => at().recordings.find((each) => each.source === source && each.durationS !== null));
  const seconds = (path: string): number => {
    const { rate, samples } = readWav(readFileSync(path));
    return samples.length / rate;
  };

  /** The caller goes on speaking; nothing tells how much of it FreeSWITCH has recorded. */
  const said = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, at().lab.kind === "real" ? 400 : 0));
  /** Of 20 ms, without any sound at all. */
  const silentFrames = (path: string): number => {
    const { samples } = readWav(readFileSync(path));
    return Array.from({ length: Math.floor(samples.length / 160) }, (_, frame) => samples.subarray(frame * 160, frame * 160 + 160).every((sample) => sample === 0)).filter(Boolean).length;
  };

  describe("a recording in the background", () => {
    it("is of the whole call where the call is made so, and told by the call's last callback", async () => {
      await at().lab.trunk(NUMBER, { kind: "answer" });
      const { callSid: sid } = await at().engine().place(1, {
        target: { number: NUMBER }, from: "+12125550199", to: NUMBER, timeoutS: 20, timeLimitS: null, sendDigits: null, by: "api",
        record: { dual: true, track: "both", trim: false, callback: CALLBACK },
        start: { name: "api", document: { twiml: "<Response><Say>Hello</Say></Response>" }, fallback: null, department: null, statusCallback: { url: STATUS, method: "POST", events: ["completed"] } },
      });
      await ended("OutboundAPI");
      expect(told(TOLD).map(({ RecordingStatus }) => RecordingStatus)).toEqual(["in-progress", "completed"]);
      const { RecordingSid, RecordingUrl } = told(TOLD)[1] ?? {};
      expect(told(TOLD)[1]).toMatchObject({ CallSid: sid, AccountSid: ACCOUNT.accountSid, RecordingChannels: "2", RecordingTrack: "both", RecordingSource: "OutboundAPI" });
      expect(RecordingUrl).toBe(`https://callplane.example/2010-04-01/Accounts/${ACCOUNT.accountSid}/Recordings/${RecordingSid ?? ""}`);
      expect(told(STATUS)).toMatchObject([{ CallStatus: "completed", RecordingSid, RecordingUrl }]);
      expect(told(STATUS)[0]?.["RecordingDuration"]).toMatch(/^\d+$/);
      expect(at().recordings.map(({ sid: one, durationS, channels }) => [one, durationS === null, channels])).toEqual([[RecordingSid, false, 2]]);
    });

    it("is begun and ended by the document", async () => {
      at().program("record");
      at().server.on("/record", `<Start><Recording track="inbound" recordingStatusCallback="${TOLD}" recordingStatusCallbackEvent="in-progress completed"/></Start><Say>Hello</Say><Stop><Recording/></Stop><Say>After</Say><Pause length="600"/>`);
      const id = await at().callIn("record");
      await eventually("what comes after", () => at().spoken.includes("After"));
      await ended("StartCallRecordingTwiML");
      expect(told(TOLD).map(({ RecordingStatus, RecordingTrack, CallSid }) => [RecordingStatus, RecordingTrack, CallSid])).toEqual([["in-progress", "inbound", callSid(id)], ["completed", "inbound", callSid(id)]]);
      expect(at().calls().scripts.leg(id)?.recordings).toEqual([]);
      expect(at().log.of(1, callSid(id))).toEqual([]);
    });

    it("is one at a time, and there is none to stop where none goes on", async () => {
      at().program("record");
      at().server.on("/record", '<Stop><Recording/></Stop><Start><Recording/></Start><Start><Recording/></Start><Say>After</Say><Pause length="600"/>');
      const id = await at().callIn("record");
      await eventually("what comes after", () => at().spoken.includes("After"));
      expect(at().log.of(1, callSid(id)).map(({ level, element }) => [level, element])).toEqual([["warning", "Stop"], ["error", "Recording"]]);
      expect(at().calls().scripts.leg(id)?.recordings).toHaveLength(1);
    });

    it("is begun, paused and ended by the API, without or with silence for what was said meanwhile", async () => {
      at().program("talk");
      at().server.on("/talk", '<Say>Hello</Say><Pause length="600"/>');
      const from = "+12125550051";
      const id = await at().callIn("talk", from);
      const sid = callSid(id);
      await eventually("the answer", () => at().spoken.includes("Hello"));
      const wish = { dual: false, track: "inbound", trim: false, source: "StartCallRecordingAPI", callback: CALLBACK } as const;
      const began = performance.now();
      const recording = await at().engine().legDesk.record(1, sid, wish, admin);
      await expect(at().engine().legDesk.record(1, sid, wish, admin)).rejects.toMatchObject({ code: "Conflict" });
      await expect(at().engine().legDesk.record(2, sid, wish, admin)).rejects.toMatchObject({ code: "NotFound" });
      expect([at().engine().legDesk.recordingOf(1, sid)?.sid, at().engine().legDesk.recordingOf(2, sid)]).toEqual([recording.sid, undefined]);
      await said();
      await recording.pause("skip", admin);
      expect(recording.status).toBe("paused");
      await said();
      await recording.resume(admin);
      expect(recording.status).toBe("in-progress");
      await said();
      await recording.pause("silence", admin);
      await said();
      await recording.resume(admin);
      await said();
      await recording.stop(admin);
      const tookS = (performance.now() - began) / 1000;
      expect(at().engine().legDesk.recordingOf(1, sid)).toBeUndefined();
      await ended("StartCallRecordingAPI");
      expect(told(TOLD).at(-1)).toMatchObject({ RecordingStatus: "completed", RecordingSid: recording.sid, CallSid: sid });
      if (at().lab.kind !== "real") return;
      const path = at().recordings.at(-1)?.path ?? "";
      // What was masked is silence in the file, and what was skipped is not there.
      expect(silentFrames(path) * 0.02).toBeGreaterThan(0.3);
      expect(seconds(path)).toBeLessThan(tookS - 0.3);
    });
  });

  describe("a recording that is paused at once", () => {
    it.each(["silence", "skip"] as const)("by %s goes on after the resume", async (how) => {
      at().program("talk");
      at().server.on("/talk", '<Say>Hello</Say><Pause length="600"/>');
      const id = await at().callIn("talk", how === "skip" ? "+12125550058" : "+12125550059");
      const sid = callSid(id);
      await eventually("the answer", () => at().spoken.includes("Hello"));
      const wish = { dual: false, track: "inbound", trim: false, source: "StartCallRecordingAPI", callback: null } as const;
      for (let round = 0; round < 5; round++) {
        const began = performance.now();
        const recording = await at().engine().legDesk.record(1, sid, wish, admin);
        await recording.pause(how, admin);
        const paused = performance.now();
        await said();
        const resumes = performance.now();
        await recording.resume(admin);
        await said();
        await recording.stop(admin);
        const pausedS = (resumes - paused) / 1000;
        const tookS = (performance.now() - began) / 1000;
        if (at().lab.kind !== "real") continue;
        const path = at().recordings.at(-1)?.path ?? "";
        const heard = seconds(path) - silentFrames(path) * 0.02;
        // What was said after the resume, and not what was said during the pause.
        expect([round, heard > 0.25, heard < tookS - pausedS + TOLERANCE_S], `heard ${heard} s of ${tookS} s, paused for ${pausedS} s`).toEqual([round, true, true]);
      }
    });
  });

  describe("the caller's message", () => {
    it.each([["trim-silence", true], ["do-not-trim", false]] as const)("is kept %s", async (trim, isTrimmed) => {
      const from = `+1212555005${isTrimmed ? "2" : "3"}`;
      await at().lab.says(from, joined(silence(1200), speech(600), silence(60_000)));
      at().program("message");
      at().server.on("/message", `<Record trim="${trim}" maxLength="20" timeout="0" playBeep="false" finishOnKey="#" action="/after"/>`);
      at().server.on("/after", "<Hangup/>");
      const id = await at().callIn("message", from);
      await eventually("the recording", () => (at().calls().scripts.leg(id)?.recordings.length ?? 0) > 0);
      await new Promise((resolve) => setTimeout(resolve, at().lab.kind === "real" ? 2500 : 0));
      await at().lab.press(from, "#");
      const { form } = await at().server.next("/after");
      expect(form).toMatchObject({ Digits: "#", RecordingSid: expect.stringMatching(/^RE[0-9a-f]{32}$/) as unknown });
      await eventually("the recording to be kept", () => at().recordings.some(({ durationS }) => durationS !== null));
      const [made] = at().recordings;
      if (at().lab.kind !== "real") return expect(made?.durationS).toBe(isTrimmed ? 1 : 0);
      const length = seconds(made?.path ?? "");
      expect(isTrimmed ? length < 1.2 : length > 2).toBe(true);
      expect(made?.durationS).toBe(Math.round(length));
    });
  });
}
