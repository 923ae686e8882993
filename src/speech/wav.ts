/** Reads sounds that need no decoder: WAVE and Sun files of plain samples, and bare µ-law. Whatever their headers claim, no byte outside of the file is read. */
import { ALAW, MULAW } from "../g711.js";

/** It is not the sound that it should be, or one that is not read here; the message says which. */
export class NotASound extends Error {
  /** Whether a decoder may still read it. */
  readonly mayBeRead: boolean;
  constructor(message: string, mayBeRead = false) {
    super(message);
    this.name = "NotASound";
    this.mayBeRead = mayBeRead;
  }
}

export interface Sound {
  /** Samples a second of each channel. */
  readonly rate: number;
  /** Samples of each channel. */
  readonly length: number;
  /** Fills `into` with samples from `from` on, the channels mixed to one, from -32768 to 32767; outside of the sound they are 0. */
  read(from: number, into: Float64Array): void;
}

const RATES = { lowest: 2000, highest: 192_000 };
const MAX_CHANNELS = 8;

interface Encoding {
  readonly bytes: number;
  readonly sample: (bytes: Buffer, at: number) => number;
}

const clamped = (value: number): number => (Number.isNaN(value) ? 0 : Math.max(-32_768, Math.min(32_767, value)));
const MU: Encoding = { bytes: 1, sample: (bytes, at) => MULAW[bytes[at] ?? 0xff] ?? 0 };
const A: Encoding = { bytes: 1, sample: (bytes, at) => ALAW[bytes[at] ?? 0xd5] ?? 0 };

/** By format tag and bits (RFC 2361). */
const WAVE: Readonly<Record<string, Encoding>> = {
  "1/8": { bytes: 1, sample: (bytes, at) => ((bytes[at] ?? 128) - 128) * 256 },
  "1/16": { bytes: 2, sample: (bytes, at) => bytes.readInt16LE(at) },
  "1/24": { bytes: 3, sample: (bytes, at) => bytes.readIntLE(at, 3) / 256 },
  "1/32": { bytes: 4, sample: (bytes, at) => bytes.readInt32LE(at) / 65_536 },
  "3/32": { bytes: 4, sample: (bytes, at) => clamped(bytes.readFloatLE(at) * 32_768) },
  "3/64": { bytes: 8, sample: (bytes, at) => clamped(bytes.readDoubleLE(at) * 32_768) },
  "6/8": A,
  "7/8": MU,
};
const EXTENSIBLE = 0xfffe;

/** By the file's number of the encoding (https://pubs.opengroup.org/external/auformat.html). */
const SUN: Readonly<Record<number, Encoding>> = {
  1: MU,
  2: { bytes: 1, sample: (bytes, at) => bytes.readInt8(at) * 256 },
  3: { bytes: 2, sample: (bytes, at) => bytes.readInt16BE(at) },
  4: { bytes: 3, sample: (bytes, at) => bytes.readIntBE(at, 3) / 256 },
  5: { bytes: 4, sample: (bytes, at) => bytes.readInt32BE(at) / 65_536 },
  27: A,
};

function sound(data: Buffer, { bytes, sample }: Encoding, rate: number, channels: number): Sound {
  if (rate < RATES.lowest || rate > RATES.highest) throw new NotASound(`its rate is ${rate} Hz`);
  if (channels < 1 || channels > MAX_CHANNELS) throw new NotASound(`it has ${channels} channels`);
  const step = bytes * channels;
  const length = Math.floor(data.length / step);
  return {
    rate,
    length,
    read(from, into) {
      for (let n = 0; n < into.length; n += 1) {
        const at = from + n;
        let sum = 0;
        if (at >= 0 && at < length) for (let channel = 0; channel < channels; channel += 1) sum += sample(data, at * step + channel * bytes);
        into[n] = sum / channels;
      }
    },
  };
}

/** A WAVE file. Its sizes are what whoever wrote to a pipe did not know yet: data ends with the file. Throws NotASound. */
export function readWave(file: Buffer): Sound {
  if (file.length < 12 || file.toString("latin1", 0, 4) !== "RIFF" || file.toString("latin1", 8, 12) !== "WAVE") throw new NotASound("it is no WAVE file");
  let format: Buffer | null = null;
  for (let at = 12; at + 8 <= file.length; ) {
    const name = file.toString("latin1", at, at + 4);
    const size = file.readUInt32LE(at + 4);
    const body = file.subarray(at + 8, Math.min(file.length, at + 8 + size));
    if (name === "fmt ") format = body;
    if (name === "data") {
      if (format === null || format.length < 16) throw new NotASound("it has no format");
      const tag = format.readUInt16LE(0);
      const bits = format.readUInt16LE(14);
      const kind = tag === EXTENSIBLE && format.length >= 26 ? format.readUInt16LE(24) : tag;
      const encoding = WAVE[`${kind}/${bits}`];
      if (encoding === undefined) throw new NotASound(`its format is ${kind} with ${bits} bits`, true);
      return sound(body, encoding, format.readUInt32LE(4), format.readUInt16LE(2));
    }
    // Chunks are padded to an even length.
    at += 8 + size + (size % 2);
  }
  throw new NotASound("it has no samples");
}

/** A Sun file, or bare µ-law at 8 kHz, as which `audio/basic` is sent (RFC 2046, 4.3). Throws NotASound. */
export function readBasic(file: Buffer): Sound {
  if (file.toString("latin1", 0, 4) !== ".snd") return sound(file, MU, 8000, 1);
  if (file.length < 24) throw new NotASound("its header is cut off");
  const [offset, size, number] = [file.readUInt32BE(4), file.readUInt32BE(8), file.readUInt32BE(12)];
  const encoding = SUN[number];
  if (encoding === undefined) throw new NotASound(`its encoding is ${number}`, true);
  if (offset < 24) throw new NotASound("its samples begin in its header");
  return sound(file.subarray(offset, size === 0xffffffff ? file.length : Math.min(file.length, offset + size)), encoding, file.readUInt32BE(16), file.readUInt32BE(20));
}

const HEADER_BYTES = 44;

/** A WAVE file of 16-bit samples, mono. */
export function waveFile(samples: Buffer, rate: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write("RIFF", 0, "latin1");
  header.writeUInt32LE(HEADER_BYTES - 8 + samples.length, 4);
  header.write("WAVEfmt ", 8, "latin1");
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36, "latin1");
  header.writeUInt32LE(samples.length, 40);
  return Buffer.concat([header, samples]);
}

/** Of a file that `waveFile` made at 8 kHz, in milliseconds. */
export const lengthMs = (fileBytes: number): number => Math.max(0, fileBytes - HEADER_BYTES) / 16;
