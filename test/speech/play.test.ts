import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PlayFailed } from "../../src/speech/index.js";
import { soundServer, type SoundServer } from "./sound-server.js";
import { waveOf } from "./sounds.js";
import { never, PLAYED, SpeechWorld } from "./world.js";

let world: SpeechWorld;
let server: SoundServer;
beforeEach(async () => {
  world = new SpeechWorld();
  server = await soundServer();
});
afterEach(async () => {
  await world.close();
  await server.close();
});

const wave = (ms = 500, hz = 1000): Buffer => waveOf({ rate: 16_000, tag: 1, bits: 16, channels: 1, hz, ms });
const serve = (body: Buffer | string, headers: Readonly<Record<string, string>> = {}, status = 200): void => {
  server.answer = (_, response) => void response.writeHead(status, { "content-type": "audio/wav", ...headers }).end(body);
};
const open = (maxSoundS = 60) => world.open({}, { requests: server.client, limits: { maxSoundS, maxSoundBytes: 2_000_000 } });
const FILE = new RegExp(`^${PLAYED}/[0-9a-f]{64}\\.wav$`);

async function failure(work: Promise<string>): Promise<{ readonly code: number; readonly message: string }> {
  try {
    await work;
  } catch (error) {
    if (error instanceof PlayFailed) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error("it was played");
}

describe("a sound at a URL", () => {
  it("becomes a file of 8 kHz", async () => {
    serve(wave());
    const path = await (await open()).play(`${server.url}/hello.wav`, never);
    expect(path).toMatch(FILE);
    expect(world.heard(path).ms).toBe(500);
    expect(world.heard(path).tones[10]).toBeCloseTo(1000, -1);
  });

  it.each(["audio/wav", "audio/wave; charset=binary", "Audio/X-WAV", "audio/ulaw", "audio/basic"])("is what its content type %s says", async (type) => {
    serve(/ulaw|basic/.test(type) ? waveOf({ rate: 8000, tag: 7, bits: 8, channels: 1, hz: 1000, ms: 500 }).subarray(44) : wave(), { "content-type": type });
    expect(world.heard(await (await open()).play(server.url, never)).tones[10]).toBeCloseTo(1000, -1);
  });

  it("is fetched once for all who wish for it at the same time", async () => {
    const answers: (() => void)[] = [];
    server.answer = (_, response) => void answers.push(() => response.writeHead(200, { "content-type": "audio/wav" }).end(wave()));
    const speech = await open();
    const gone = new AbortController();
    const all = [speech.play(server.url, gone.signal), ...Array.from({ length: 9 }, () => speech.play(server.url, never))];
    await expect.poll(() => answers.length).toBe(1);
    gone.abort(new Error("hung up"));
    await expect(all[0]).rejects.toThrow("hung up");
    answers[0]?.();
    expect(new Set(await Promise.all(all.slice(1))).size).toBe(1);
    expect(server.requests).toHaveLength(1);
  });

  it("is asked for again each time, and sent only when it has changed", async () => {
    let version = 1;
    server.answer = (request, response) => {
      if (request.headers["if-none-match"] === `"${version}"`) response.writeHead(304, { etag: `"${version}"` }).end();
      else response.writeHead(200, { "content-type": "audio/wav", etag: `"${version}"` }).end(wave(100 * version));
    };
    const speech = await open();
    const first = await speech.play(server.url, never);
    expect(await speech.play(server.url, never)).toBe(first);
    version = 2;
    const second = await speech.play(server.url, never);
    expect(world.heard(second).ms).toBe(200);
    expect(server.requests).toHaveLength(3);
    expect(world.outcomes()).toEqual(["play made", "play cached", "play made"]);
    // After a restart too.
    expect(await (await open()).play(server.url, never)).toBe(second);
    expect(server.requests[3]?.headers["if-none-match"]).toBe('"2"');
  });

  it("is asked for by its date where it has no tag", async () => {
    const date = "Thu, 01 Jan 2026 00:00:00 GMT";
    server.answer = (request, response) => void (request.headers["if-modified-since"] === date ? response.writeHead(304).end() : response.writeHead(200, { "content-type": "audio/wav", "last-modified": date }).end(wave()));
    const speech = await open();
    expect(await speech.play(server.url, never)).toBe(await speech.play(server.url, never));
    expect(world.outcomes()).toEqual(["play made", "play cached"]);
  });

  it("is not asked for while it is good", async () => {
    serve(wave(), { "cache-control": "public, max-age=60" });
    const speech = await open();
    await speech.play(server.url, never);
    await speech.play(server.url, never);
    expect(server.requests).toHaveLength(1);
    world.now += 61_000;
    await speech.play(server.url, never);
    expect(server.requests).toHaveLength(2);
  });

  it.each([
    ["its server cannot serve it now", "", FILE],
    ["its server says that it must be asked", "no-cache", null],
  ])("that was had before, when %s", async (_, control, path) => {
    serve(wave(), control === "" ? {} : { "cache-control": control });
    const speech = await open();
    await speech.play(server.url, never);
    serve("down", {}, 503);
    if (path === null) expect((await failure(speech.play(server.url, never))).code).toBe(11_217);
    else expect(await speech.play(server.url, never)).toMatch(path);
    // Gone is gone.
    serve("gone", {}, 404);
    expect((await failure(speech.play(server.url, never))).code).toBe(11_217);
  });

  it("is fetched again when its file has gone", async () => {
    serve(wave(), { "cache-control": "max-age=600" });
    const speech = await open();
    const path = await speech.play(server.url, never);
    const { rmSync } = await import("node:fs");
    for (const file of readdirSync(world.written).filter((name) => name.endsWith(".wav"))) rmSync(join(world.written, file));
    expect(await speech.play(server.url, never)).toBe(path);
    expect(world.heard(path).ms).toBe(500);
  });

  it("survives notes that somebody has spoiled", async () => {
    serve(wave(), { "cache-control": "max-age=600" });
    const speech = await open();
    await speech.play(server.url, never);
    for (const file of readdirSync(world.written).filter((name) => name.endsWith(".json"))) writeFileSync(join(world.written, file), '{"file":"../../etc/passwd.wav","etag":null}');
    expect(await speech.play(server.url, never)).toMatch(FILE);
    expect(server.requests).toHaveLength(2);
  });
});

describe("what cannot be played", () => {
  it.each<[string, Buffer | string, Readonly<Record<string, string>>, number, RegExp]>([
    ["a page", "<html>", { "content-type": "text/html" }, 12_300, /text\/html/],
    ["no content type", "x", { "content-type": "" }, 12_300, /none/],
    ["a page that says it is a sound", "<html>", {}, 12_300, /no WAVE file/],
    ["a wav that is cut off", wave().subarray(0, 30), {}, 12_300, /no format|no samples/],
    ["a sound that lasts too long", waveOf({ rate: 8000, tag: 7, bits: 8, channels: 1, hz: 1000, ms: 61_000 }), {}, 12_300, /longer than 60 s/],
    ["10 MB", Buffer.alloc(10_000_000), {}, 11_200, /./],
    ["a hostile header", (() => { const file = wave(); file.writeUInt32LE(0xfffffff0, 16); return file; })(), {}, 12_300, /./],
  ])("%s", async (_, body, headers, code, message) => {
    serve(body, headers);
    const speech = await open();
    const failed = await failure(speech.play(server.url, never));
    expect(failed.code).toBe(code);
    expect(failed.message).toMatch(message);
    expect(world.outcomes()).toEqual(["play failed"]);
    expect(readdirSync(world.written)).toEqual([]);
  });

  it.each([
    ["a server that is not there", "http://127.0.0.1:1/x.wav", 11_205],
    ["a private address", "http://10.0.0.1/x.wav", 11_205],
    ["a file", "file:///etc/passwd", 11_100],
    ["no URL", "hello", 11_100],
  ])("%s", async (_, url, code) => {
    expect((await failure((await open()).play(url, never))).code).toBe(code);
  });

  it("is told when nothing can be kept", async () => {
    writeFileSync(join(world.folder, "file"), "");
    const speech = await world.open({ writeDir: join(world.folder, "file") }, { requests: server.client });
    expect((await failure(speech.play(server.url, never))).code).toBe(11_200);
  });

  it("is told when everything kept is in use", async () => {
    serve(wave(900));
    const speech = await world.open({ maxBytes: 20_000 }, { requests: server.client });
    await speech.play(server.url, never);
    serve(wave(901));
    expect((await failure(speech.play(`${server.url}/2`, never))).message).toMatch(/in use/);
  });
});
