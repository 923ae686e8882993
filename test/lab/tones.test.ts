import { describe, expect, it } from "vitest";
import { amplitude, analyse, PARTY_FREQUENCIES, readWav, type Recording } from "./tones.js";

const RATE = 8000;
const SECONDS = 0.5;

const mixed = (parts: readonly { readonly hertz: number; readonly level: number }[]): Recording => ({
  rate: RATE,
  samples: Float64Array.from({ length: RATE * SECONDS }, (_, index) => parts.reduce((sum, { hertz, level }) => sum + level * Math.sin((2 * Math.PI * hertz * index) / RATE), 0)),
});

const wav = (samples: readonly number[], dataSize = samples.length * 2): Buffer => {
  const file = Buffer.alloc(44 + samples.length * 2);
  file.write("RIFF", 0, "latin1");
  file.writeUInt32LE(36 + dataSize, 4);
  file.write("WAVEfmt ", 8, "latin1");
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(RATE, 24);
  file.writeUInt32LE(RATE * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write("data", 36, "latin1");
  file.writeUInt32LE(dataSize, 40);
  samples.forEach((sample, index) => file.writeInt16LE(sample, 44 + index * 2));
  return file;
};

describe("tones", () => {
  it("measures a sine's amplitude, and next to nothing a party's distance away", () => {
    const recording = mixed([{ hertz: 1030, level: 0.1 }]);
    expect(amplitude(recording, 1030)).toBeCloseTo(0.1, 2);
    expect(amplitude(recording, 1100)).toBeLessThan(0.005);
  });

  it("tells every single party from every other", () => {
    for (const hertz of PARTY_FREQUENCIES) {
      const heard = analyse(mixed([{ hertz, level: 0.1 }]), PARTY_FREQUENCIES);
      expect([...heard.frequencies]).toEqual([hertz]);
      expect(heard.other).toBe(false);
    }
  });

  it("finds three who speak together, one of them faint, and no other sound", () => {
    const heard = analyse(mixed([{ hertz: 610, level: 0.1 }, { hertz: 680, level: 0.1 }, { hertz: 2010, level: 0.04 }]), PARTY_FREQUENCIES);
    expect([...heard.frequencies]).toEqual([610, 680, 2010]);
    expect(heard.other).toBe(false);
  });

  it("takes hold music for another sound and for nobody's voice", () => {
    expect(analyse(mixed([{ hertz: 392, level: 0.1 }]), PARTY_FREQUENCIES)).toMatchObject({ frequencies: new Set(), other: true });
    expect(analyse(mixed([{ hertz: 392, level: 0.1 }, { hertz: 750, level: 0.1 }]), PARTY_FREQUENCIES)).toMatchObject({ frequencies: new Set([750]), other: true });
  });

  it("hears nothing in silence, in line noise and in an empty recording", () => {
    const nothing = { frequencies: new Set(), other: false };
    expect(analyse(mixed([]), PARTY_FREQUENCIES)).toMatchObject(nothing);
    expect(analyse(mixed([{ hertz: 1234, level: 0.002 }]), PARTY_FREQUENCIES)).toMatchObject(nothing);
    expect(analyse({ rate: RATE, samples: new Float64Array(0) }, PARTY_FREQUENCIES)).toMatchObject(nothing);
  });

  it("reads a .wav, also one whose header was never finished, and refuses what is none", () => {
    expect([...readWav(wav([0, 16_384, -32_768])).samples]).toEqual([0, 0.5, -1]);
    expect([...readWav(wav([16_384], 0x7fffffff)).samples]).toEqual([0.5]);
    expect(readWav(Buffer.alloc(0)).samples).toHaveLength(0);
    expect(() => readWav(Buffer.alloc(100))).toThrow("Not a .wav file.");
  });
});
