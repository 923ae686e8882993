import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createPlayer, type SoundPlayer } from "../../../src/console/sound/player.js";
import { render, SOUNDS } from "../../../src/console/sound/tones.js";

const RATE = 8000;

/** What an AudioContext has of what the player uses, and what comes out of it. */
class Context {
  state: "suspended" | "running";
  readonly sampleRate = RATE;
  readonly destination = "out";
  readonly sinks: string[] = [];
  /** By the browser. */
  mayRun: boolean;
  constructor(mayRun: boolean) {
    this.mayRun = mayRun;
    this.state = mayRun ? "running" : "suspended";
  }
  resume(): Promise<void> {
    if (!this.mayRun) return Promise.reject(new DOMException("not touched yet", "NotAllowedError"));
    this.state = "running";
    return Promise.resolve();
  }
  setSinkId(id: string): Promise<void> {
    this.sinks.push(id);
    return Promise.reject(new DOMException("it is gone", "NotFoundError"));
  }
}
interface Source {
  readonly context: Context;
  readonly samples: Float32Array;
  readonly isLoop: boolean;
  readonly gain: () => number;
  isStarted: boolean;
  isConnected: boolean;
}

let contexts: Context[];
let sources: Source[];
let wasTouched: boolean;
let mayRun: boolean;
let player: SoundPlayer;

beforeEach(() => {
  contexts = [];
  sources = [];
  wasTouched = mayRun = true;
  vi.stubGlobal("GainNode", class {
    readonly gain: { value: number };
    constructor(_: Context, { gain }: { readonly gain: number }) {
      this.gain = { value: gain };
    }
    connect(): void {}
  });
  vi.stubGlobal("AudioBuffer", class {
    samples = new Float32Array();
    copyToChannel(samples: Float32Array<ArrayBuffer>): void {
      this.samples = samples;
    }
  });
  vi.stubGlobal("AudioBufferSourceNode", class {
    readonly #source: { -readonly [K in keyof Source]: Source[K] };
    constructor(context: Context, { buffer, loop }: { readonly buffer: { readonly samples: Float32Array }; readonly loop: boolean }) {
      this.#source = { context, samples: buffer.samples, isLoop: loop, gain: () => NaN, isStarted: false, isConnected: false };
      sources.push(this.#source);
    }
    connect(to: { readonly gain: { readonly value: number } }): void {
      this.#source.isConnected = true;
      this.#source.gain = () => to.gain.value;
    }
    disconnect(): void {
      this.#source.isConnected = false;
    }
    start(): void {
      this.#source.isStarted = true;
    }
  });
  player = made();
});
afterEach(() => {
  vi.unstubAllGlobals();
});

function made(): SoundPlayer {
  return createPlayer(() => {
    const context = new Context(mayRun);
    contexts.push(context);
    const given: unknown = context;
    return given as AudioContext;
  }, () => wasTouched);
}
const heard = () => sources.filter(({ context, isStarted, isConnected }) => context.state === "running" && isStarted && isConnected);

it("plays a sound once, and a ring again and again until it is stopped", () => {
  player.play("autoAnswer");
  const stop = player.loop("ring");
  expect(heard().map(({ isLoop, samples }) => [isLoop, samples.length])).toEqual([[false, render(SOUNDS.autoAnswer, RATE).length], [true, render(SOUNDS.ring, RATE).length]]);
  stop();
  expect(heard()).toHaveLength(1);
});

it("makes one way out for each of the two outputs, each with the device that was chosen before it was needed", () => {
  player.setDevice("ringer", "speaker");
  expect(contexts).toHaveLength(0);
  player.loop("ring");
  player.play("alarm", "ringer");
  player.play("test");
  expect(contexts.map(({ sinks }) => sinks)).toEqual([["speaker"], []]);
  player.setDevice("headset", "headset-1");
  player.setDevice("ringer", null);
  expect(contexts.map(({ sinks }) => sinks)).toEqual([["speaker", ""], ["headset-1"]]);
});

it("lets what rings be as loud as was chosen, and the headset as it is", () => {
  player.setVolume(0.4);
  player.loop("ring");
  player.play("test");
  expect(heard().map(({ gain }) => gain())).toEqual([0.4, 1]);
  player.setVolume(0.7);
  expect(heard().map(({ gain }) => gain())).toEqual([0.7, 1]);
});

it("says that the browser lets nothing sound, and rings from the first touch on, without what was short and is past", async () => {
  wasTouched = mayRun = false;
  player = made();
  expect(player.isBlocked.value).toBe(true);
  player.play("autoAnswer");
  player.loop("ring", "headset");
  await Promise.resolve();
  expect([player.isBlocked.value, heard()]).toEqual([true, []]);
  wasTouched = true;
  for (const context of contexts) context.mayRun = true;
  player.unlock();
  expect(player.isBlocked.value).toBe(false);
  await expect.poll(() => heard().map(({ isLoop }) => isLoop)).toEqual([true]);
});

it("is blocked again when the browser takes the sound back from a page that nobody has touched", async () => {
  wasTouched = false;
  player = made();
  player.play("test");
  expect(contexts[0]?.state).toBe("running");
  player.unlock();
  expect(player.isBlocked.value).toBe(false);
  const [context] = contexts;
  if (context === undefined) throw new Error("nothing was played");
  context.state = "suspended";
  context.mayRun = false;
  player.loop("ring", "headset");
  expect(player.isBlocked.value).toBe(true);
  // The next event wakes it, when the browser lets it.
  context.mayRun = true;
  player.loop("ring", "headset");
  await expect.poll(() => player.isBlocked.value).toBe(false);
});
