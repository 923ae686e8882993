import { readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CacheFull, SoundCache, type CacheFile } from "../../src/speech/cache.js";
import { temporaryDirectory } from "../support/temporary.js";
import { silentLogger } from "../store/support.js";

const SECOND = 16_000;
const MINUTE_MS = 60_000;

let folder: ReturnType<typeof temporaryDirectory>;
let now = 0;
beforeEach(() => {
  folder = temporaryDirectory();
  now = Date.UTC(2026, 0, 1);
});
afterEach(() => folder.remove());

const open = (changes: { readonly maxBytes?: number; readonly maxFiles?: number } = {}): Promise<SoundCache> =>
  SoundCache.open({ directory: folder.path, maxBytes: 10 * SECOND, maxFiles: 100, now: () => now, logger: silentLogger(), ...changes });
const name = (letter: string): CacheFile => `${letter.repeat(64)}.wav`;
const files = (): string => readdirSync(folder.path).map((file) => file[0]).sort().join("");
const second = Buffer.alloc(SECOND, 1);

describe("the cache of sounds", () => {
  it("has what was put there, in the next process too", async () => {
    const cache = await open();
    expect(await cache.has(name("a"))).toBe(false);
    await cache.put(name("a"), second);
    expect(await cache.has(name("a"))).toBe(true);
    const next = await open();
    expect(await next.has(name("a"))).toBe(true);
    expect(next.size).toEqual({ bytes: SECOND, files: 1 });
  });

  it("makes room by what was used longest ago", async () => {
    const cache = await open();
    for (const letter of "0123456789") {
      await cache.put(name(letter), second);
      now += 1000;
    }
    now += 10 * MINUTE_MS;
    await cache.has(name("0"));
    await cache.put(name("a"), second);
    expect(files()).toBe("03456789a");
    expect(cache.size).toEqual({ bytes: 9 * SECOND, files: 9 });
  });

  it("keeps to its number of files", async () => {
    const cache = await open({ maxFiles: 10 });
    for (const letter of "0123456789abcdef") {
      await cache.put(name(letter), Buffer.alloc(10));
      now += 5 * MINUTE_MS;
    }
    expect(cache.size.files).toBeLessThanOrEqual(10);
    expect(files()).toContain("f");
  });

  it("takes nothing away that may still be played, and takes nothing more instead", async () => {
    const cache = await open();
    const long = Buffer.alloc(8 * SECOND);
    await cache.put(name("a"), long);
    now += MINUTE_MS;
    await expect(cache.put(name("b"), long)).rejects.toThrow(CacheFull);
    // Its own length, and two minutes.
    now += MINUTE_MS + 7000;
    await expect(cache.put(name("b"), long)).rejects.toThrow(CacheFull);
    now += 1001;
    await cache.put(name("b"), long);
    expect(files()).toBe("b");
  });

  it("sees what another process gives to a caller", async () => {
    const [one, other] = [await open(), await open()];
    await one.put(name("a"), Buffer.alloc(8 * SECOND));
    now += 10 * MINUTE_MS;
    await other.has(name("a"));
    await expect(one.put(name("b"), Buffer.alloc(8 * SECOND))).rejects.toThrow(CacheFull);
    expect(files()).toBe("a");
  });

  it("counts what another process writes", async () => {
    const [one, other] = [await open(), await open()];
    for (const letter of "01234567") await one.put(name(letter), second);
    now += 10 * MINUTE_MS;
    for (const letter of "89abc") await other.put(name(letter), second);
    expect(readdirSync(folder.path).length).toBeLessThanOrEqual(10);
  });

  it("leaves half of nothing behind, clears up after processes that were killed, and lets foreign files be", async () => {
    const abandoned = ".01234567-89ab-cdef-0123-456789abcdef.tmp";
    const fresh = ".11234567-89ab-cdef-0123-456789abcdef.tmp";
    for (const file of [abandoned, fresh, "README", "other.wav"]) writeFileSync(join(folder.path, file), "x");
    utimesSync(join(folder.path, abandoned), new Date(now - 11 * MINUTE_MS), new Date(now - 11 * MINUTE_MS));
    utimesSync(join(folder.path, fresh), new Date(now), new Date(now));
    const cache = await open();
    expect(readdirSync(folder.path).sort()).toEqual([fresh, "README", "other.wav"].sort());
    expect(cache.size).toEqual({ bytes: 0, files: 0 });
  });

  it("does not open where nothing can be written", async () => {
    writeFileSync(join(folder.path, "file"), "");
    await expect(SoundCache.open({ directory: join(folder.path, "file"), maxBytes: 1, maxFiles: 1, logger: silentLogger() })).rejects.toThrow();
  });
});
