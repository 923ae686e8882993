/**
 * A leg's rate to 8 kHz and back, for phones whose codec is wider than µ-law: FreeSWITCH's unicast carries linear PCM at the rate of the leg's codec
 * (switch_ivr.c, switch_ivr_activate_unicast), 16 kHz for G.722 and 48 kHz for opus.
 */

/** Samples a second of a stream. */
export const RATE = 8000;
/** Rates of FreeSWITCH's codecs that are whole multiples of it. */
export const RATES: readonly number[] = [8000, 16_000, 24_000, 32_000, 48_000];

/** Taps of the low pass for each of the wide rate's samples in a narrow one. */
const TAPS_PER_STEP = 16;
/** Of the narrow rate's band: what is above would come back as another tone. */
const CUTOFF = 0.92;

/** A windowed sinc with unity gain, for a signal of `factor` times the narrow rate. */
function lowPass(factor: number): Float64Array {
  const taps = TAPS_PER_STEP * factor + 1;
  const middle = (taps - 1) / 2;
  const kernel = Float64Array.from({ length: taps }, (_, at) => {
    const x = ((at - middle) * CUTOFF) / factor;
    const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    return sinc * (0.54 - 0.46 * Math.cos((2 * Math.PI * at) / (taps - 1)));
  });
  const gain = kernel.reduce((sum, tap) => sum + tap, 0);
  return kernel.map((tap) => tap / gain);
}

const clamp = (value: number): number => Math.max(-32_768, Math.min(32_767, Math.round(value)));

/** Keeps what the next packet needs of the last one. Throws RangeError for a rate that is not in `RATES`. */
export class Resampler {
  readonly #factor: number;
  readonly #kernel: Float64Array;
  /** The newest samples of what came before, as many as the kernel needs. */
  #down: Float64Array;
  #up: Float64Array;
  /** Samples of the wide rate since the last one of the narrow rate. */
  #phase = 0;

  constructor(rate: number) {
    if (!RATES.includes(rate)) throw new RangeError(`${rate} Hz is no multiple of ${RATE} Hz that a codec has.`);
    this.#factor = rate / RATE;
    this.#kernel = this.#factor === 1 ? new Float64Array(0) : lowPass(this.#factor);
    this.#down = new Float64Array(Math.max(0, this.#kernel.length - 1));
    this.#up = new Float64Array(TAPS_PER_STEP);
  }

  /** From the leg's rate to 8 kHz. */
  narrow(pcm: Buffer): Buffer {
    if (this.#factor === 1) return pcm;
    const kernel = this.#kernel;
    const history = this.#down.length;
    const all = new Float64Array(history + (pcm.length >> 1));
    all.set(this.#down);
    for (let at = history; at < all.length; at++) all[at] = pcm.readInt16LE(2 * (at - history));
    const out: number[] = [];
    for (let at = history; at < all.length; at++) {
      if (this.#phase === 0) {
        let sum = 0;
        for (let tap = 0; tap < kernel.length; tap++) sum += (kernel[tap] ?? 0) * (all[at - tap] ?? 0);
        out.push(clamp(sum));
      }
      this.#phase = (this.#phase + 1) % this.#factor;
    }
    this.#down = all.slice(all.length - history);
    return packed(out);
  }

  /** From 8 kHz to the leg's rate. */
  widen(pcm: Buffer): Buffer {
    if (this.#factor === 1) return pcm;
    const kernel = this.#kernel;
    const history = this.#up.length;
    const all = new Float64Array(history + (pcm.length >> 1));
    all.set(this.#up);
    for (let at = history; at < all.length; at++) all[at] = pcm.readInt16LE(2 * (at - history));
    const out: number[] = [];
    for (let at = history; at < all.length; at++) {
      for (let phase = 0; phase < this.#factor; phase++) {
        // Between two samples there are zeros: only each factor-th tap meets one.
        let sum = 0;
        for (let tap = phase, back = 0; tap < kernel.length; tap += this.#factor, back++) sum += (kernel[tap] ?? 0) * (all[at - back] ?? 0);
        out.push(clamp(sum * this.#factor));
      }
    }
    this.#up = all.slice(all.length - history);
    return packed(out);
  }
}

function packed(samples: readonly number[]): Buffer {
  const pcm = Buffer.allocUnsafe(samples.length * 2);
  samples.forEach((sample, at) => pcm.writeInt16LE(sample, 2 * at));
  return pcm;
}
