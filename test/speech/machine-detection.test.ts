import { describe, expect, it } from "vitest";
import { detectMachine, MACHINE_DETECTION, MachineDetector, type MachineDetectionSettings } from "../../src/speech/index.js";
import { audio, joined, noise, silence, speech, tone } from "./sounds.js";

const END: MachineDetectionSettings = { ...MACHINE_DETECTION, mode: "end" };

function verdict(sound: Buffer, settings: MachineDetectionSettings = MACHINE_DETECTION, pieceBytes = 320): string {
  const detector = new MachineDetector(settings);
  for (let at = 0; at < sound.length; at += pieceBytes) {
    const found = detector.push(sound.subarray(at, at + pieceBytes));
    if (found !== null) return found.answeredBy;
  }
  return detector.end().answeredBy;
}

describe("machine detection", () => {
  it.each<[string, Buffer, string, string]>([
    ["a short greeting and silence is a person", joined(silence(600), speech(900), silence(2000)), "human", "human"],
    ["a long greeting is a machine", joined(silence(400), speech(6000), silence(2000)), "machine_start", "machine_end_silence"],
    ["pauses within a greeting do not end it", joined(speech(1500), silence(700), speech(1500), silence(700), speech(1000), silence(1500)), "machine_start", "machine_end_silence"],
    ["a greeting with a beep right behind it", joined(speech(4000), silence(300), tone(1000, 400), silence(3000)), "machine_start", "machine_end_beep"],
    ["nobody speaks", silence(6000), "unknown", "unknown"],
    ["noise of a line is nobody", noise(6000, -30), "unknown", "unknown"],
    ["the audio ends before anything is certain", joined(silence(300), speech(500)), "unknown", "unknown"],
    ["a machine that is cut off", joined(silence(300), speech(3500)), "machine_start", "machine_end_other"],
    ["an answering fax", joined(silence(200), tone(2100, 3000)), "fax", "fax"],
    ["a calling fax", joined(silence(200), tone(1100, 500), silence(3000)), "fax", "fax"],
    ["a dial tone is nobody", tone(425, 8000), "unknown", "unknown"],
  ])("%s", (_, sound, atStart, atEnd) => {
    expect(verdict(sound)).toBe(atStart);
    expect(verdict(sound, END)).toBe(atEnd);
    // However the audio is cut.
    expect(verdict(sound, END, 1234)).toBe(atEnd);
    expect(verdict(sound, END, 46)).toBe(atEnd);
  });

  it("tells a person's loud and quiet voice alike", () => {
    for (const db of [-12, -20, -34]) expect(verdict(joined(noise(500, -60), speech(1000, db), noise(2000, -60)))).toBe("human");
  });

  it("keeps to its limits", () => {
    const longer = { ...MACHINE_DETECTION, speechThresholdMs: 6000 };
    expect(verdict(joined(speech(4000), silence(2000)), longer)).toBe("human");
    expect(verdict(joined(speech(1000), silence(1000)), { ...MACHINE_DETECTION, speechEndThresholdMs: 800 })).toBe("human");
    expect(verdict(silence(2500), { ...MACHINE_DETECTION, silenceTimeoutMs: 2000 })).toBe("unknown");
    const detector = new MachineDetector({ ...END, timeoutMs: 3000 });
    expect(detector.push(speech(9000))).toEqual({ answeredBy: "machine_end_other", durationMs: 3000 });
  });

  it("tells how much audio it took", () => {
    expect(new MachineDetector(MACHINE_DETECTION).push(silence(9000))).toEqual({ answeredBy: "unknown", durationMs: 5000 });
  });

  it("listens to a stream until there is a verdict, the audio ends or it is called off", async () => {
    const { signal } = new AbortController();
    expect(await detectMachine(audio(joined(silence(300), speech(900), silence(2000))), MACHINE_DETECTION, signal)).toMatchObject({ answeredBy: "human" });
    expect(await detectMachine(audio(speech(500)), MACHINE_DETECTION, signal)).toMatchObject({ answeredBy: "unknown" });
    const stop = new AbortController();
    const found = detectMachine({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }) }, MACHINE_DETECTION, stop.signal);
    stop.abort();
    expect(await found).toEqual({ answeredBy: "unknown", durationMs: 0 });
  });
});
