import { describe, expect, it } from "vitest";
import { levelOf, samplesOf, toneOf } from "../../src/speech/levels.js";
import { telephone } from "../../src/speech/telephone.js";
import { lengthMs, NotASound, readBasic, readWave, waveFile, type Sound } from "../../src/speech/wav.js";
import { waveOf } from "./sounds.js";

const { signal } = new AbortController();
const HOUR = 3600;

async function narrow(sound: Sound): Promise<Int16Array> {
  return samplesOf(await telephone(sound, HOUR, signal));
}

/** Of the middle, where no edge is heard. */
const middle = (samples: Int16Array): Int16Array => samples.subarray(samples.length / 2 - 80, samples.length / 2 + 80);

describe("sounds that are read without a decoder", () => {
  it.each([
    ["16 bits at 8 kHz", { rate: 8000, tag: 1, bits: 16, channels: 1 }],
    ["16 bits at 22.05 kHz", { rate: 22_050, tag: 1, bits: 16, channels: 1 }],
    ["16 bits at 44.1 kHz, stereo", { rate: 44_100, tag: 1, bits: 16, channels: 2 }],
    ["16 bits at 48 kHz", { rate: 48_000, tag: 1, bits: 16, channels: 1 }],
    ["16 bits at 6 kHz", { rate: 6000, tag: 1, bits: 16, channels: 1 }],
    ["24 bits at 16 kHz", { rate: 16_000, tag: 1, bits: 24, channels: 1 }],
    ["8 bits at 11.025 kHz", { rate: 11_025, tag: 1, bits: 8, channels: 1 }],
    ["32 bits, in the extensible form", { rate: 16_000, tag: 0xfffe, bits: 32, channels: 6 }],
    ["floats", { rate: 16_000, tag: 3, bits: 32, channels: 1 }],
    ["µ-law", { rate: 8000, tag: 7, bits: 8, channels: 1 }],
    ["A-law", { rate: 8000, tag: 6, bits: 8, channels: 1 }],
  ])("brings %s to 8 kHz", async (_, form) => {
    const file = waveOf({ ...form, hz: 1000, ms: 500 });
    const samples = await narrow(readWave(file));
    expect(Math.abs(samples.length - 4000)).toBeLessThanOrEqual(2);
    expect(toneOf(middle(samples))).toBeCloseTo(1000, -1);
    expect(levelOf(middle(samples))).toBeCloseTo(-9, 0);
  });

  it("lets nothing through that would come back as another tone", async () => {
    const samples = await narrow(readWave(waveOf({ rate: 22_050, tag: 1, bits: 16, channels: 1, hz: 6000, ms: 500 })));
    expect(levelOf(middle(samples))).toBeLessThan(-50);
  });

  it("takes data that ends with the file for what it is, whatever the header says, as from a pipe", async () => {
    const file = waveOf({ rate: 8000, tag: 1, bits: 16, channels: 1, hz: 1000, ms: 100 });
    file.writeUInt32LE(0x7ffff000, 40);
    expect(await narrow(readWave(file))).toHaveLength(800);
    expect(await narrow(readWave(file.subarray(0, file.length - 401)))).toHaveLength(599);
  });

  it("reads bare µ-law and Sun files", async () => {
    const mulaw = waveOf({ rate: 8000, tag: 7, bits: 8, channels: 1, hz: 1000, ms: 500 }).subarray(44);
    expect(toneOf(middle(await narrow(readBasic(mulaw))))).toBeCloseTo(1000, -1);
    const header = Buffer.alloc(24);
    header.write(".snd");
    [24, 0xffffffff, 1, 8000, 1].forEach((value, at) => header.writeUInt32BE(value, 4 + 4 * at));
    expect(toneOf(middle(await narrow(readBasic(Buffer.concat([header, mulaw])))))).toBeCloseTo(1000, -1);
  });

  it("writes what it reads", async () => {
    const file = waveOf({ rate: 8000, tag: 1, bits: 16, channels: 1, hz: 1000, ms: 500 });
    const again = waveFile(await telephone(readWave(file), HOUR, signal), 8000);
    expect(again.equals(file)).toBe(true);
    expect(lengthMs(again.length)).toBe(500);
  });

  it.each<[string, (file: Buffer) => Buffer]>([
    ["nothing", () => Buffer.alloc(0)],
    ["text", () => Buffer.from("<html>not a sound</html>")],
    ["a header alone", (file) => file.subarray(0, 20)],
    ["no samples", (file) => file.subarray(0, 36)],
    ["no channels", (file) => (file.writeUInt16LE(0, 22), file)],
    ["a thousand channels", (file) => (file.writeUInt16LE(1000, 22), file)],
    ["a rate of 0", (file) => (file.writeUInt32LE(0, 24), file)],
    ["a rate of 4 GHz", (file) => (file.writeUInt32LE(4_000_000_000, 24), file)],
    ["samples of 3 bits", (file) => (file.writeUInt16LE(3, 34), file)],
    ["an unknown format", (file) => (file.writeUInt16LE(0x1234, 20), file)],
    ["a format of 4 GB", (file) => (file.writeUInt32LE(0xffffffff, 16), file)],
    ["a format too short", (file) => (file.writeUInt32LE(2, 16), file)],
  ])("refuses %s", (_, change) => {
    expect(() => readWave(change(waveOf({ rate: 8000, tag: 1, bits: 16, channels: 1, hz: 1000, ms: 20 })))).toThrow(NotASound);
  });

  it("survives any header", async () => {
    let state = 7;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return state % below;
    };
    const good = waveOf({ rate: 8000, tag: 0xfffe, bits: 16, channels: 2, hz: 1000, ms: 20 });
    for (let round = 0; round < 2000; round += 1) {
      const file = Buffer.from(good.subarray(0, 1 + random(good.length)));
      for (let flips = random(6); flips >= 0; flips -= 1) file[random(Math.min(file.length, 72))] = random(256);
      for (const read of [readWave, readBasic]) {
        try {
          read(file).read(-5, new Float64Array(50));
        } catch (error) {
          expect(error).toBeInstanceOf(NotASound);
        }
      }
    }
  });

  it("refuses what is empty or too long, before it works on it", async () => {
    const sound = readWave(waveOf({ rate: 8000, tag: 1, bits: 16, channels: 1, hz: 1000, ms: 2000 }));
    await expect(telephone(sound, 1, signal)).rejects.toThrow(/longer than 1 s/);
    await expect(telephone({ ...sound, length: 0 }, 1, signal)).rejects.toThrow(/empty/);
    await expect(telephone(sound, 60, AbortSignal.abort(new Error("enough")))).rejects.toThrow("enough");
  });
});
