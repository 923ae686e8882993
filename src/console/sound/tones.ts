/** What the console sounds like: notes, not files. */

interface Note {
  /** Seconds from the beginning. */
  readonly at: number;
  readonly lasts: number;
  readonly hertz: readonly number[];
}

export interface Sound {
  readonly notes: readonly Note[];
  /** Seconds, with the silence at its end. */
  readonly lasts: number;
}

export type SoundName = "ring" | "autoAnswer" | "holdReminder" | "connectionLost" | "alarm" | "test";

export const SOUNDS: Readonly<Record<SoundName, Sound>> = {
  // Two bursts and a pause, as phones do in most countries.
  ring: { lasts: 3, notes: [0, 0.5].map((at) => ({ at, lasts: 0.38, hertz: [587, 740] })) },
  autoAnswer: { lasts: 0.35, notes: [{ at: 0, lasts: 0.12, hertz: [660] }, { at: 0.15, lasts: 0.16, hertz: [880] }] },
  holdReminder: { lasts: 0.7, notes: [0, 0.35].map((at) => ({ at, lasts: 0.22, hertz: [494] })) },
  connectionLost: { lasts: 0.9, notes: [{ at: 0, lasts: 0.22, hertz: [523] }, { at: 0.26, lasts: 0.22, hertz: [392] }, { at: 0.52, lasts: 0.3, hertz: [294] }] },
  alarm: { lasts: 1.2, notes: [0, 0.25, 0.5].map((at) => ({ at, lasts: 0.18, hertz: [784, 1047] })) },
  test: { lasts: 1.1, notes: [523, 659, 784].map((hertz, index) => ({ at: index * 0.3, lasts: 0.28, hertz: [hertz] })) },
};

/** Without it a note begins and ends with a click. */
const EDGE_S = 0.015;
/** Of full scale, so that several notes at once stay below it. */
const LOUDNESS = 0.5;

/** One channel of samples, -1 to 1. */
export function render({ notes, lasts }: Sound, rate: number): Float32Array<ArrayBuffer> {
  const samples = new Float32Array(Math.round(lasts * rate));
  for (const note of notes) {
    const [from, count] = [Math.round(note.at * rate), Math.round(note.lasts * rate)];
    for (let index = 0; index < count && from + index < samples.length; index++) {
      const seconds = index / rate;
      const edge = Math.min(1, seconds / EDGE_S, (note.lasts - seconds) / EDGE_S);
      const wave = note.hertz.reduce((sum, hertz) => sum + Math.sin(2 * Math.PI * hertz * seconds), 0) / note.hertz.length;
      samples[from + index] = (samples[from + index] ?? 0) + wave * edge * LOUDNESS;
    }
  }
  return samples;
}
