import { describe, expect, it } from "vitest";
import { RATES, Resampler } from "../../src/media/resample.js";
import { amplitude } from "../lab/tones.js";

function tone(rate: number, frequency: number, ms: number): Buffer {
  const samples = (rate * ms) / 1000;
  const pcm = Buffer.alloc(samples * 2);
  for (let at = 0; at < samples; at++) pcm.writeInt16LE(Math.round(8000 * Math.sin((2 * Math.PI * frequency * at) / rate)), at * 2);
  return pcm;
}

const amplitudeOf = (rate: number, pcm: Buffer, frequency: number): number => amplitude({ rate, samples: Float64Array.from({ length: pcm.length / 2 }, (_, at) => pcm.readInt16LE(at * 2) / 32_768) }, frequency);

/** In packets of 20 ms, as they come. */
function packets(pcm: Buffer, rate: number, work: (packet: Buffer) => Buffer): Buffer {
  const size = (rate / 50) * 2;
  return Buffer.concat(Array.from({ length: pcm.length / size }, (_, at) => work(pcm.subarray(at * size, (at + 1) * size))));
}

describe("the rates of phones", () => {
  it.each(RATES)("keeps a voice at %i Hz as loud, there and back", (rate) => {
    const resampler = new Resampler(rate);
    const narrow = packets(tone(rate, 1000, 400), rate, (packet) => resampler.narrow(packet));
    expect(narrow.length).toBe(8000 * 0.4 * 2);
    expect(amplitudeOf(8000, narrow.subarray(640), 1000)).toBeCloseTo(8000 / 32_768, 1);
    const wide = packets(narrow, 8000, (packet) => resampler.widen(packet));
    expect(wide.length).toBe(rate * 0.4 * 2);
    expect(amplitudeOf(rate, wide.subarray(wide.length / 10), 1000)).toBeCloseTo(8000 / 32_768, 1);
  });

  it("lets nothing through that would come back as another tone", () => {
    const resampler = new Resampler(48_000);
    const narrow = packets(tone(48_000, 7000, 400), 48_000, (packet) => resampler.narrow(packet));
    expect(amplitudeOf(8000, narrow, 1000)).toBeLessThan(0.005);
  });

  it("refuses a rate that is no multiple", () => expect(() => new Resampler(11_025)).toThrow(RangeError));
});
