/** Whether a person or a machine has answered, told by how long it speaks (https://www.twilio.com/docs/voice/answering-machine-detection). */
import { unlessAborted } from "../abort.js";
import { FRAME_MS, Frames, SpeechMeter } from "./levels.js";

export type AnsweredBy = "human" | "machine_start" | "machine_end_beep" | "machine_end_silence" | "machine_end_other" | "fax" | "unknown";

/** Milliseconds; the names are those of Twilio's parameters. */
export interface MachineDetectionSettings {
  /** `end`: a machine is reported when its greeting is over (DetectMessageEnd), not when it begins (Enable). */
  readonly mode: "start" | "end";
  /** After so long nothing is decided any more. */
  readonly timeoutMs: number;
  /** Who speaks longer than that is a machine. */
  readonly speechThresholdMs: number;
  /** So much silence ends what is being said. */
  readonly speechEndThresholdMs: number;
  /** So much silence in the beginning: unknown. */
  readonly silenceTimeoutMs: number;
}

/** Twilio's defaults. */
export const MACHINE_DETECTION: MachineDetectionSettings = { mode: "start", timeoutMs: 30_000, speechThresholdMs: 2400, speechEndThresholdMs: 1200, silenceTimeoutMs: 5000 };

export interface MachineVerdict {
  readonly answeredBy: AnsweredBy;
  /** Milliseconds of audio that it took. */
  readonly durationMs: number;
}

/** A machine's beep, in hertz and milliseconds: from many answering machines' data sheets, one tone. */
const BEEP = { lowHz: 350, highHz: 2000, minMs: 120 };
/** ITU-T T.30: an answering fax sends 2100 Hz for 2.6 s and more (CED), a calling one 1100 Hz for 0.5 s each 3.5 s (CNG). */
const FAX = { answerHz: 2100, answerToleranceHz: 25, answerMs: 1000, callHz: 1100, callToleranceHz: 40, callMs: 400 };

const near = (frequency: number, wanted: number, tolerance: number): boolean => Math.abs(frequency - wanted) <= tolerance;

/** Told the audio of who answered, from the answer on; time is what it has been told, so that the verdict depends on nothing else. */
export class MachineDetector {
  readonly #settings: MachineDetectionSettings;
  readonly #frames = new Frames();
  readonly #meter = new SpeechMeter();
  #atMs = 0;
  /** Where what is being said began, and where its last sound was; null: nobody has spoken since. */
  #utterance: { readonly beganMs: number; lastMs: number } | null = null;
  #machine = false;
  #tone: { readonly frequency: number; ms: number } | null = null;
  #verdict: MachineVerdict | null = null;

  constructor(settings: MachineDetectionSettings) {
    this.#settings = settings;
  }

  /** Signed 16-bit samples, little-endian, mono, 8 kHz, in pieces of any length. The verdict, once there is one. */
  push(audio: Buffer): MachineVerdict | null {
    for (const frame of this.#frames.push(audio)) {
      if (this.#verdict !== null) break;
      this.#atMs += FRAME_MS;
      const sound = this.#meter.push(frame);
      if (sound === "tone") this.#heardTone(this.#meter.frequency ?? 0);
      else this.#heard(sound === "speech");
      if (this.#atMs >= this.#settings.timeoutMs) this.#decide(this.#unfinished());
    }
    return this.#verdict;
  }

  /** There is no more audio. */
  end(): MachineVerdict {
    return this.#verdict ?? this.#decide(this.#unfinished());
  }

  #unfinished(): AnsweredBy {
    return this.#machine ? "machine_end_other" : "unknown";
  }

  #decide(answeredBy: AnsweredBy): MachineVerdict {
    this.#verdict ??= { answeredBy, durationMs: this.#atMs };
    return this.#verdict;
  }

  #heardTone(frequency: number): void {
    const tone = this.#tone !== null && near(frequency, this.#tone.frequency, 30) ? this.#tone : { frequency, ms: 0 };
    tone.ms += FRAME_MS;
    this.#tone = tone;
    if (near(frequency, FAX.answerHz, FAX.answerToleranceHz) && tone.ms >= FAX.answerMs) this.#decide("fax");
    else if (!this.#machine && this.#utterance === null && near(frequency, FAX.callHz, FAX.callToleranceHz) && tone.ms >= FAX.callMs) this.#decide("fax");
    else this.#pause();
  }

  #heard(speech: boolean): void {
    const tone = this.#tone;
    this.#tone = null;
    if (this.#machine && tone !== null && tone.ms >= BEEP.minMs && tone.frequency >= BEEP.lowHz && tone.frequency <= BEEP.highHz) {
      this.#decide("machine_end_beep");
      return;
    }
    if (this.#meter.steady && !this.#machine) this.#utterance = null;
    if (!speech) {
      this.#pause();
      return;
    }
    this.#utterance ??= { beganMs: this.#atMs - FRAME_MS, lastMs: this.#atMs };
    this.#utterance.lastMs = this.#atMs;
    if (this.#machine || this.#utterance.lastMs - this.#utterance.beganMs <= this.#settings.speechThresholdMs) return;
    this.#machine = true;
    if (this.#settings.mode === "start") this.#decide("machine_start");
  }

  #pause(): void {
    const { speechEndThresholdMs, silenceTimeoutMs } = this.#settings;
    const utterance = this.#utterance;
    if (utterance === null) {
      if (this.#atMs >= silenceTimeoutMs) this.#decide("unknown");
      // A tone may be the beep, which is to be heard to its end.
    } else if (this.#tone === null && this.#atMs - utterance.lastMs >= speechEndThresholdMs) this.#decide(this.#machine ? "machine_end_silence" : "human");
  }
}

/** Listens until there is a verdict, the audio or the signal ends; then it is `unknown`, or what is known by then. */
export async function detectMachine(audio: AsyncIterable<Buffer>, settings: MachineDetectionSettings, signal: AbortSignal): Promise<MachineVerdict> {
  const detector = new MachineDetector(settings);
  const pieces = audio[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await unlessAborted(signal, pieces.next());
      if (next === null || next.done === true) return detector.end();
      const verdict = detector.push(next.value);
      if (verdict !== null) return verdict;
    }
  } finally {
    // What waits for audio ends when the source does: nobody waits for it here.
    void pieces.return?.(undefined).catch(() => undefined);
  }
}
