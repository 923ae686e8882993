/** Recordings as MP3, by programs of which the machine may have one. */
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Mp3Encoder, type Mp3File, type Mp3Limits, type Mp3Program } from "../../src/speech/index.js";
import { temporaryDirectory } from "../support/temporary.js";

const WAVE = Buffer.alloc(100_000, "sound");
let folder: ReturnType<typeof temporaryDirectory>;
let encoder: Mp3Encoder;
let opened: number;

beforeEach(() => {
  folder = temporaryDirectory();
  opened = 0;
});
afterEach(() => {
  encoder.close();
  folder.remove();
});

const program = (...argv: readonly string[]): Mp3Program => ({ look: ["true"], isGood: () => true, argv: () => argv });
function having(candidates: readonly Mp3Program[], limits: Partial<Mp3Limits> = {}): void {
  encoder = new Mp3Encoder({ candidates, limits, directory: folder.path });
}
const encode = (key = "a", content = WAVE): Promise<Mp3File> => encoder.encode(key, { channels: 1, open: () => (opened++, Readable.from([content])) });
async function bytesOf(file: Mp3File): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of file.read()) pieces.push(Buffer.from(piece as Uint8Array));
  return Buffer.concat(pieces);
}

it("takes the first program that the machine has and that makes MP3, and no name of a file is left", async () => {
  having([{ look: ["no-such-program"], isGood: () => true, argv: () => ["false"] }, { look: ["true"], isGood: () => false, argv: () => ["false"] }, program("cat"), program("false")]);
  const file = await encode();
  expect([file.bytes, readdirSync(folder.path)]).toEqual([WAVE.length, []]);
  expect(await bytesOf(file)).toEqual(WAVE);
});

it("makes it once, for those who ask at the same time and later", async () => {
  having([program("cat")]);
  const files = await Promise.all([encode(), encode()]);
  files.push(await encode());
  expect((await Promise.all(files.map(bytesOf))).every((bytes) => bytes.equals(WAVE))).toBe(true);
  expect(opened).toBe(1);
  (await encode("b")).close();
  expect(opened).toBe(2);
});

it("lets go of what was not asked for for longest, and of a recording that is removed; who reads it reads to the end", async () => {
  having([program("cat")], { keptFiles: 2, keptBytes: 250_000 });
  const first = await encode("a 1");
  for (const key of ["b 1", "c 1"]) (await encode(key)).close();
  expect(await bytesOf(first)).toEqual(WAVE);
  (await encode("c 1")).close();
  expect(opened).toBe(3);
  (await encode("a 1")).close();
  expect(opened).toBe(4);
  encoder.forget("a ");
  (await encode("a 1")).close();
  expect(opened).toBe(5);
});

it.each([
  ["no program is there", [], {}, "missing"],
  ["the program fails", [program("false")], {}, "failed"],
  ["the program takes too long", [program("sleep", "60")], { timeoutMs: 100 }, "failed"],
  ["the program writes without end", [program("yes")], { maxBytes: 1_000_000 }, "failed"],
] as const)("says so when %s", async (_what, candidates, limits, why) => {
  having(candidates, limits);
  await expect(encode()).rejects.toMatchObject({ name: "NoMp3", why });
  expect(readdirSync(folder.path)).toEqual([]);
});

it("says so when the recording cannot be read", async () => {
  having([program("cat")]);
  const broken = (): Readable => new Readable({ read: function () { this.destroy(new Error("EIO")); } });
  await expect(encoder.encode("a", { channels: 1, open: broken })).rejects.toMatchObject({ why: "failed" });
});

it("says so when there is no room for it", async () => {
  having([program("cat")]);
  encoder.close();
  encoder = new Mp3Encoder({ candidates: [program("cat")], directory: join(folder.path, "none") });
  await expect(encode()).rejects.toMatchObject({ why: "failed" });
  mkdirSync(join(folder.path, "none"));
  (await encode()).close();
});

it("does a few at a time, lets some wait, and refuses the others", async () => {
  having([program("sleep", "60")], { atOnce: 1, maxWaiting: 2 });
  const asked = ["a", "b", "c", "d"].map((key) => encode(key).then(() => "made", (error: unknown) => (error instanceof Error ? String(Reflect.get(error, "why")) : "")));
  expect(await Promise.race(asked)).toBe("crowded");
  encoder.close();
  expect((await Promise.all(asked)).filter((each) => each === "failed")).toHaveLength(3);
});
