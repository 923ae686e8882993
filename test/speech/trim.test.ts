import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { trimSilence } from "../../src/speech/index.js";
import { readWav, wavOf } from "../lab/tones.js";
import { joined, noise, silence, speech } from "./sounds.js";

const folder = mkdtempSync(join(tmpdir(), "callplane-trim-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const trimmed = async (content: Buffer): Promise<{ readonly ms: number; readonly file: Buffer }> => {
  const path = join(folder, "recording.wav");
  writeFileSync(path, content);
  const ms = await trimSilence(path);
  expect(readdirSync(folder)).toEqual(["recording.wav"]);
  return { ms, file: readFileSync(path) };
};
/** The same on both channels, or on the right one alone. */
const stereo = (pcm: Buffer, left: boolean): Buffer => {
  const both = Buffer.alloc(pcm.length * 2);
  for (let at = 0; at < pcm.length; at += 2) {
    if (left) pcm.copy(both, at * 2, at, at + 2);
    pcm.copy(both, at * 2 + 2, at, at + 2);
  }
  const file = wavOf(both);
  file.writeUInt16LE(2, 22);
  file.writeUInt32LE(32_000, 28);
  file.writeUInt16LE(4, 32);
  return file;
};

describe("silence at the ends of a recording", () => {
  it("is cut off, and no more than that", async () => {
    const { ms, file } = await trimmed(wavOf(joined(noise(5000, -60), speech(1000), silence(700), speech(1000), silence(9000))));
    expect(ms).toBeGreaterThan(2600);
    expect(ms).toBeLessThan(3000);
    const { rate, samples } = readWav(file);
    expect([rate, Math.round(samples.length / 8)]).toEqual([8000, ms]);
  });

  it("is cut off where one of two channels alone speaks", async () => {
    const { ms, file } = await trimmed(stereo(joined(silence(3000), speech(1000), silence(3000)), false));
    expect(ms).toBeGreaterThan(900);
    expect(ms).toBeLessThan(1250);
    expect([file.readUInt16LE(22), file.readUInt32LE(40)]).toEqual([2, file.length - 44]);
  });

  it.each([["nothing but silence", silence(2000)], ["no silence", speech(2000)], ["no sound at all", Buffer.alloc(0)]])("leaves %s as it is", async (_what, pcm) => {
    const { ms, file } = await trimmed(wavOf(pcm));
    expect([ms, file.equals(wavOf(pcm))]).toEqual([pcm.length / 16, true]);
  });

  it.each([["what is none", Buffer.from("not a recording")], ["an empty file", Buffer.alloc(0)], ["a cut header", wavOf(silence(20)).subarray(0, 30)]])("refuses %s", async (_what, content) => {
    const path = join(folder, "recording.wav");
    writeFileSync(path, content);
    await expect(trimSilence(path)).rejects.toThrow("recording");
  });
});
