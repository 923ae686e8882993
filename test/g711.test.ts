import { describe, expect, it } from "vitest";
import { fromMulaw, SILENCE, toMulaw } from "../src/g711.js";

const pcm = (...samples: readonly number[]): Buffer => {
  const buffer = Buffer.alloc(samples.length * 2);
  samples.forEach((sample, at) => buffer.writeInt16LE(sample, at * 2));
  return buffer;
};
const samplesOf = (buffer: Buffer): number[] => Array.from({ length: buffer.length / 2 }, (_, at) => buffer.readInt16LE(at * 2));

/** ITU-T G.711, table 2a: the first value of each segment, in 16 bits, and its code. */
const REFERENCE: readonly (readonly [value: number, code: number])[] = [
  [32_124, 0x80], [16_764, 0x8f], [15_996, 0x90], [7932, 0xa0], [3900, 0xb0], [1884, 0xc0], [876, 0xd0], [372, 0xe0], [120, 0xf0], [8, 0xfe], [0, 0xff],
];

describe("µ-law", () => {
  it("decodes the reference values of G.711", () => {
    expect(samplesOf(fromMulaw(Buffer.from(REFERENCE.map(([, code]) => code))))).toEqual(REFERENCE.map(([value]) => value));
    expect(samplesOf(fromMulaw(Buffer.from([0x00, 0x7f, 0x7e])))).toEqual([-32_124, 0, -8]);
  });

  it("encodes them back, and clips what is louder", () => {
    expect([...toMulaw(pcm(...REFERENCE.map(([value]) => value)))]).toEqual(REFERENCE.map(([, code]) => code));
    expect([...toMulaw(pcm(32_767, -32_768, 0))]).toEqual([0x80, 0x00, SILENCE]);
  });

  it("gives every code back, and each sample within its step", () => {
    const codes = Buffer.from(Array.from({ length: 256 }, (_, code) => code));
    // 0x7f is the other zero.
    expect([...toMulaw(fromMulaw(codes))]).toEqual([...codes].map((code) => (code === 0x7f ? 0xff : code)));
    for (let sample = -32_000; sample <= 32_000; sample += 37) {
      const [back = 0] = samplesOf(fromMulaw(toMulaw(pcm(sample))));
      expect(Math.abs(back - sample)).toBeLessThanOrEqual(4 + Math.abs(sample) / 31);
    }
  });
});
