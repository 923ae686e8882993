/** Speech with a directory of its own, and what it needs around it. */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { vi } from "vitest";
import { LocalSpeech, type AudioRequests, type SpeechLimits, type SpeechSettings } from "../../src/speech/index.js";
import { levelOf, samplesOf, toneOf } from "../../src/speech/levels.js";
import { silentLogger } from "../store/support.js";
import { temporaryDirectory } from "../support/temporary.js";

export const PLAYED = "/var/lib/freeswitch/speech";
export const never = new AbortController().signal;

export const noRequests: AudioRequests = { request: () => Promise.reject(new Error("nobody may be asked here")) };

export class SpeechWorld {
  readonly #folder = temporaryDirectory();
  readonly #open: LocalSpeech[] = [];
  readonly logger = silentLogger();
  readonly metrics = { speechFinished: vi.fn(), speechReady: vi.fn(), incident: vi.fn() };
  now = Date.UTC(2026, 0, 1);

  constructor() {
    mkdirSync(this.written);
  }

  get folder(): string {
    return this.#folder.path;
  }

  get written(): string {
    return join(this.folder, "cache");
  }

  async open(settings: Partial<SpeechSettings> = {}, more: { readonly requests?: AudioRequests; readonly ownRequests?: AudioRequests; readonly limits?: Partial<SpeechLimits> } = {}): Promise<LocalSpeech> {
    const speech = await LocalSpeech.open({
      settings: { playedDir: PLAYED, writeDir: this.written, maxBytes: 100_000_000, command: null, url: null, token: null, voices: {}, timeoutMs: 30_000, digitsDir: null, ...settings },
      requests: noRequests,
      ownRequests: noRequests,
      metrics: this.metrics,
      logger: this.logger,
      clock: { now: () => this.now },
      ...more,
    });
    this.#open.push(speech);
    return speech;
  }

  /** What FreeSWITCH would play: its length, and the tone and level of its parts of 20 ms. */
  heard(path: string): { readonly ms: number; readonly tones: readonly (number | null)[]; readonly levels: readonly number[] } {
    const file = readFileSync(join(this.written, path.slice(PLAYED.length + 1)));
    const samples = samplesOf(file.subarray(44));
    const frames = Array.from({ length: Math.floor(samples.length / 160) }, (_, at) => samples.subarray(at * 160, (at + 1) * 160));
    return { ms: samples.length / 8, tones: frames.map(toneOf), levels: frames.map(levelOf) };
  }

  outcomes(): readonly string[] {
    return this.metrics.speechFinished.mock.calls.map(([kind, outcome]) => `${String(kind)} ${String(outcome)}`);
  }

  async close(): Promise<void> {
    for (const speech of this.#open) await speech.close();
    this.#folder.remove();
  }
}
