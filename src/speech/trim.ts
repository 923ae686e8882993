/** Cuts silence off both ends of a recording (https://www.twilio.com/docs/voice/twiml/record#trim). */
import { randomBytes } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { open, rename, rm, type FileHandle } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { levelOf, samplesOf } from "./levels.js";
import { headerOf, waveIn, type RecordedWave } from "./recorded-wave.js";

/** What is quieter is silence, as for who listens to callers. */
const QUIET_DB = -45;
const FRAME_MS = 20;
/** So much of the silence stays at both ends, so that no syllable begins or ends abruptly. */
const MARGIN_MS = 100;
/** So many frames are read at once: about a second. */
const FRAMES_AT_ONCE = 50;

/**
 * Replaces the file by one without the silence; one with nothing but silence is left as it is. Gives the milliseconds that it lasts now. Throws what the file system throws,
 * and Error for what is no recording of FreeSWITCH's.
 */
export async function trimSilence(path: string): Promise<number> {
  const file = await open(path, "r");
  try {
    const wave = await waveIn(file);
    const block = wave.channels * 2;
    const frame = Math.round((wave.rate * FRAME_MS) / 1000) * block;
    const count = Math.floor((wave.to - wave.from) / frame);
    const isLoud = (at: number): Promise<boolean[]> => loudFrames(file, wave.from + at * frame, Math.min(FRAMES_AT_ONCE, count - at), frame);
    const first = await firstLoud(count, isLoud);
    if (first === null) return milliseconds(wave, wave.to - wave.from);
    const last = await lastLoud(count, isLoud);
    const margin = MARGIN_MS / FRAME_MS;
    const from = wave.from + Math.max(0, first - margin) * frame;
    const to = last + 1 + margin >= count ? wave.to : wave.from + (last + 1 + margin) * frame;
    if (from > wave.from || to < wave.to) await replace(path, headerOf(wave, to - from), from, to);
    return milliseconds(wave, to - from);
  } finally {
    await file.close();
  }
}

/** How long a recording is, milliseconds. Throws as `trimSilence`. */
export async function lengthMs(path: string): Promise<number> {
  const file = await open(path, "r");
  try {
    const wave = await waveIn(file);
    return milliseconds(wave, wave.to - wave.from);
  } finally {
    await file.close();
  }
}

const milliseconds = ({ rate, channels }: RecordedWave, bytes: number): number => Math.round((bytes / (rate * channels * 2)) * 1000);

async function firstLoud(count: number, isLoud: (at: number) => Promise<boolean[]>): Promise<number | null> {
  for (let at = 0; at < count; at += FRAMES_AT_ONCE) {
    const found = (await isLoud(at)).indexOf(true);
    if (found >= 0) return at + found;
  }
  return null;
}

/** There is one. */
async function lastLoud(count: number, isLoud: (at: number) => Promise<boolean[]>): Promise<number> {
  for (let at = Math.floor((count - 1) / FRAMES_AT_ONCE) * FRAMES_AT_ONCE; at >= 0; at -= FRAMES_AT_ONCE) {
    const found = (await isLoud(at)).lastIndexOf(true);
    if (found >= 0) return at + found;
  }
  return count - 1;
}

async function loudFrames(file: FileHandle, at: number, frames: number, bytes: number): Promise<boolean[]> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(frames * bytes), 0, frames * bytes, at);
  return Array.from({ length: Math.floor(bytesRead / bytes) }, (_, index) => levelOf(samplesOf(buffer.subarray(index * bytes, (index + 1) * bytes))) > QUIET_DB);
}

/** Beside it first: whoever reads the recording meanwhile has the whole one. */
async function replace(path: string, header: Buffer, from: number, to: number): Promise<void> {
  const beside = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    const into = createWriteStream(beside, { flags: "wx" });
    into.write(header);
    await pipeline(createReadStream(path, { start: from, end: to - 1 }), into);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
