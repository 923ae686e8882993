/** Recordings as FreeSWITCH writes them, read from the disk piece by piece. */
import { Transform, type Readable } from "node:stream";
import type { FileHandle } from "node:fs/promises";

/** What FreeSWITCH writes: linear PCM, 16 bits, one or two channels. */
export interface RecordedWave {
  readonly rate: number;
  readonly channels: number;
  /** Of the samples in the file. */
  readonly from: number;
  readonly to: number;
}

const HEADER_BYTES = 4096;

/** Throws what the file system throws, and Error for what is no recording of FreeSWITCH's. */
export async function waveIn(file: FileHandle): Promise<RecordedWave> {
  const { size } = await file.stat();
  const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
  const head = buffer.subarray(0, bytesRead);
  if (head.toString("latin1", 0, 4) !== "RIFF" || head.toString("latin1", 8, 12) !== "WAVE") throw new Error("The recording is no WAVE file.");
  let format: Pick<RecordedWave, "rate" | "channels"> | null = null;
  for (let at = 12; at + 8 <= head.length; ) {
    const [kind, length] = [head.toString("latin1", at, at + 4), head.readUInt32LE(at + 4)];
    if (kind === "data" && format !== null) return { ...format, from: at + 8, to: Math.min(size, at + 8 + length) };
    if (kind === "fmt " && at + 24 <= head.length) {
      const [tag, channels, rate, bits] = [head.readUInt16LE(at + 8), head.readUInt16LE(at + 10), head.readUInt32LE(at + 12), head.readUInt16LE(at + 22)];
      if (tag !== 1 || bits !== 16 || channels < 1 || channels > 2 || rate < 1000 || rate > 192_000) throw new Error("The recording is not linear PCM of 16 bits.");
      format = { rate, channels };
    }
    at += 8 + length + (length % 2);
  }
  throw new Error("The recording is no WAVE file.");
}

/** The plain header of 44 bytes. */
export function headerOf({ rate, channels }: RecordedWave, bytes: number): Buffer {
  const header = Buffer.alloc(44);
  header.write("RIFF", 0, "latin1");
  header.writeUInt32LE(36 + bytes, 4);
  header.write("WAVEfmt ", 8, "latin1");
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * channels * 2, 28);
  header.writeUInt16LE(channels * 2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36, "latin1");
  header.writeUInt32LE(bytes, 40);
  return header;
}

/** How long the file is that `mixed` gives. */
export const mixedFileBytes = (wave: RecordedWave): number => 44 + mixedBytes(wave);

/** The two channels of a recording as one. `samples` are those of the file, from `from` to `to`. */
export function mixed(wave: RecordedWave, samples: Readable): Readable {
  let left: Buffer = Buffer.alloc(0);
  const mixer = new Transform({
    transform(piece: Buffer, _encoding, done) {
      const bytes = left.length === 0 ? piece : Buffer.concat([left, piece]);
      const count = Math.floor(bytes.length / 4);
      const out = Buffer.alloc(count * 2);
      for (let n = 0; n < count; n += 1) out.writeInt16LE((bytes.readInt16LE(n * 4) + bytes.readInt16LE(n * 4 + 2)) >> 1, n * 2);
      left = bytes.subarray(count * 4);
      done(null, out);
    },
  });
  mixer.push(headerOf({ ...wave, channels: 1 }, mixedBytes(wave)));
  samples.on("error", (error) => mixer.destroy(error));
  mixer.once("close", () => samples.destroy());
  return samples.pipe(mixer);
}

/** Of the samples alone. */
const mixedBytes = ({ from, to }: RecordedWave): number => Math.floor((to - from) / 4) * 2;
