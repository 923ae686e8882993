/** Who is heard: each party plays a sine of its own frequency, and a recording is searched for them (Goertzel). */

/** Hertz. From 610 in steps of 70: above the hold music and the ringing tone, and no tone's second or third harmonic is another's frequency. */
export const PARTY_FREQUENCIES: readonly number[] = Array.from({ length: 38 }, (_, index) => 610 + index * 70);

/** What a party plays, endlessly, `frequency` being a number or a FreeSWITCH variable: quiet enough that several together do not clip. */
export const partyTone = (frequency: number | string): string => `tone_stream://v=-16;%(1000,0,${frequency});loops=-1`;

// A party's tone arrives with an amplitude near 0.1 of full scale (measured); what is far below is not a party speaking.
const TONE_THRESHOLD = 0.02;
const SOUND_THRESHOLD = 0.01;

export interface Recording {
  /** Samples a second. */
  readonly rate: number;
  /** -1 to 1. */
  readonly samples: Float64Array;
}

/** Reads a mono 16-bit PCM .wav. A file without samples gives none; throws on another format. */
export function readWav(file: Buffer): Recording {
  if (file.length < 44) return { rate: 8000, samples: new Float64Array(0) };
  if (file.toString("latin1", 0, 4) !== "RIFF" || file.toString("latin1", 8, 12) !== "WAVE") throw new Error("Not a .wav file.");
  let rate = 8000;
  for (let at = 12; at + 8 <= file.length; ) {
    const kind = file.toString("latin1", at, at + 4);
    const size = file.readUInt32LE(at + 4);
    const start = at + 8;
    if (kind === "fmt ") {
      if (file.readUInt16LE(start) !== 1 || file.readUInt16LE(start + 2) !== 1 || file.readUInt16LE(start + 14) !== 16) throw new Error("Not mono 16-bit PCM.");
      rate = file.readUInt32LE(start + 4);
    } else if (kind === "data") {
      const end = Math.min(start + size, file.length);
      const samples = new Float64Array(Math.floor((end - start) / 2));
      for (let index = 0; index < samples.length; index++) samples[index] = file.readInt16LE(start + index * 2) / 32_768;
      return { rate, samples };
    }
    at = start + size + (size % 2);
  }
  return { rate, samples: new Float64Array(0) };
}

/** A .wav of these samples: linear PCM, 8 kHz, mono, 16 bits, little-endian. */
export function wavOf(pcm: Buffer): Buffer {
  const header = Buffer.alloc(44);
  header.write("RIFF", 0);
  header.writeUInt32LE(36 + pcm.length, 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(8000, 24);
  header.writeUInt32LE(16_000, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36);
  header.writeUInt32LE(pcm.length, 40);
  return Buffer.concat([header, pcm]);
}

/** The amplitude (0 to 1) of the sine of that frequency (hertz) in the recording. */
export function amplitude({ rate, samples }: Recording, frequency: number): number {
  if (samples.length === 0) return 0;
  const coefficient = 2 * Math.cos((2 * Math.PI * frequency) / rate);
  let previous = 0;
  let beforeThat = 0;
  for (const sample of samples) {
    const current = sample + coefficient * previous - beforeThat;
    beforeThat = previous;
    previous = current;
  }
  const power = previous * previous + beforeThat * beforeThat - coefficient * previous * beforeThat;
  return (2 * Math.sqrt(Math.max(0, power))) / samples.length;
}

export interface Heard {
  /** Those of the asked frequencies that sound. */
  readonly frequencies: ReadonlySet<number>;
  /** Something else sounds: music, ringing. */
  readonly other: boolean;
  /** Amplitude by frequency, for messages. */
  readonly amplitudes: ReadonlyMap<number, number>;
}

export function analyse(recording: Recording, frequencies: readonly number[]): Heard {
  const amplitudes = new Map(frequencies.map((frequency) => [frequency, amplitude(recording, frequency)]));
  const sounding = [...amplitudes].filter(([, value]) => value > TONE_THRESHOLD);
  const total = recording.samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, recording.samples.length);
  const explained = sounding.reduce((sum, [, value]) => sum + (value * value) / 2, 0);
  return { frequencies: new Set(sounding.map(([frequency]) => frequency)), other: Math.sqrt(Math.max(0, total - explained)) > Math.max(SOUND_THRESHOLD, 0.35 * Math.sqrt(total)), amplitudes };
}
