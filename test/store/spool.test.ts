/** What a process leaves in its file for the next one. */
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openSpool, type Spool } from "../../src/spool.js";
import { temporaryDirectory } from "../support/temporary.js";
import { silentLogger } from "./support.js";

let folder: ReturnType<typeof temporaryDirectory>;
let directory: string;
let logger: ReturnType<typeof silentLogger>;
beforeEach(() => {
  folder = temporaryDirectory();
  directory = join(folder.path, "spool");
  logger = silentLogger();
});
afterEach(() => folder.remove());

const open = (name = "records", maxBytes?: number): Spool => openSpool(directory, name, { logger, ...(maxBytes === undefined ? {} : { maxBytes }) });
const files = (): string[] => (existsSync(directory) ? readdirSync(directory) : []);
async function left(spool: Spool): Promise<unknown[]> {
  const all: unknown[] = [];
  await spool.recover(async (lines) => void all.push(...lines));
  return all;
}

it("keeps lines for the next process, in a file that its owner alone may read, and of its name alone", async () => {
  const spool = open();
  expect(spool.keep([{ a: 1 }, { b: "ü\n" }])).toBe(true);
  expect(spool.keep([{ c: 3 }])).toBe(true);
  expect(open("audit").keep([{ other: true }])).toBe(true);
  expect(files().map((name) => statSync(join(directory, name)).mode & 0o777)).toEqual([0o600, 0o600]);
  const next = open();
  expect(await left(next)).toEqual([{ a: 1 }, { b: "ü\n" }, { c: 3 }]);
  expect([await left(next), files().length]).toEqual([[], 1]);
});

it("makes nothing while there is nothing to keep, and removes its file when all of it is written", async () => {
  const spool = open();
  spool.clear();
  spool.keep([]);
  expect(files()).toEqual([]);
  spool.keep([1]);
  spool.clear();
  expect(files()).toEqual([]);
  spool.keep([2]);
  expect(await left(open())).toEqual([2]);
});

it("says when it is full, and when the disk refuses", async () => {
  const spool = open("records", 10);
  expect(spool.keep(["1234"])).toBe(true);
  expect(spool.keep(["1234"])).toBe(false);
  writeFileSync(join(folder.path, "file"), "");
  expect(openSpool(join(folder.path, "file"), "records", { logger }).keep([1])).toBe(false);
  expect(logger.error).toHaveBeenCalledTimes(1);
});

it("makes no directory around its own, and says once that there is none", () => {
  const spool = openSpool(join(folder.path, "database", "spool"), "records", { logger });
  expect([spool.keep([1]), spool.keep([2]), existsSync(join(folder.path, "database"))]).toEqual([false, false, false]);
  expect(logger.error).toHaveBeenCalledTimes(1);
  mkdirSync(join(folder.path, "database"));
  expect(spool.keep([3])).toBe(true);
});

it("keeps what comes after half of a line that a full disk has taken", async () => {
  const spool = openSpool(join(folder.path, "database", "spool"), "records", { logger });
  expect(spool.keep([1])).toBe(false);
  mkdirSync(join(folder.path, "database", "spool"), { recursive: true });
  expect(spool.keep([2])).toBe(true);
  const next = openSpool(join(folder.path, "database", "spool"), "records", { logger });
  const [file = ""] = readdirSync(join(folder.path, "database", "spool"));
  expect(readFileSync(join(folder.path, "database", "spool", file), "utf8")).toBe("\n2\n");
  expect(await left(next)).toEqual([2]);
});

it("goes on to the next file when another process takes one away from it", async () => {
  open().keep([1]);
  open().keep([1]);
  const found: unknown[] = [];
  await open().recover(async (lines) => {
    found.push(...lines);
    if (found.length === 1) expect(await left(open())).toEqual([1, 1]);
  });
  expect([found, files()]).toEqual([[1], []]);
});

it("leaves a file that could not be taken in for another try, and reads past half of a line", async () => {
  open().keep([1]);
  const [file = ""] = files();
  appendFileSync(join(directory, file), '{"half": tr');
  await expect(open().recover(() => Promise.reject(new Error("locked")))).rejects.toThrow("locked");
  expect(await left(open())).toEqual([1]);
  expect(logger.error).toHaveBeenCalled();
});

it("tells a process that lives on what another one has taken, and leaves it what it keeps from then on", async () => {
  const living = open();
  living.keep([1]);
  expect(living.isTaken()).toBe(false);
  const seen: unknown[] = [];
  await open().recover(async (lines) => {
    seen.push(...lines);
    expect(living.isTaken()).toBe(true);
    living.keep([2]);
  });
  expect([seen, living.isTaken(), files().length]).toEqual([[1], true, 1]);
  expect(await left(open())).toEqual([2]);
  living.clear();
  expect(living.isTaken()).toBe(false);
});

it("gives each file to one of several processes that start together", async () => {
  open().keep([1]);
  open().keep([2]);
  const found = await Promise.all([left(open()), left(open()), left(open())]);
  expect(found.flat().sort()).toEqual([1, 2]);
});
