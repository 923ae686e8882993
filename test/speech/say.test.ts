import { chmodSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SpokenText } from "../../src/speech/index.js";
import { fakeSpeaker, type FakeSpeaker } from "./fake-speaker.js";
import { waveOf } from "./sounds.js";
import { never, PLAYED, SpeechWorld } from "./world.js";

let world: SpeechWorld;
let speaker: FakeSpeaker;
beforeEach(() => {
  world = new SpeechWorld();
  speaker = fakeSpeaker(world.folder);
});
afterEach(() => world.close());

const text = (words: string, voice: string | null = null, language: string | null = null): SpokenText => ({ content: [words], voice, language });
const FILE = new RegExp(`^${PLAYED}/[0-9a-f]{64}\\.wav$`);

describe("a text that a program speaks", () => {
  it("becomes a file of 8 kHz, once", async () => {
    const speech = await world.open({ command: speaker.argv });
    expect(speech.trouble).toBeNull();
    const path = await speech.say(text("one two three"), never);
    expect(path).toMatch(FILE);
    const { ms, tones } = world.heard(path);
    expect(ms).toBe(300);
    expect(tones[7]).toBeCloseTo(1000, -1);
    expect(await speech.say(text("one two three"), never)).toBe(path);
    expect(speaker.runs()).toHaveLength(1);
    expect(world.outcomes()).toEqual(["say made", "say cached"]);
  });

  it("is there after a restart", async () => {
    const first = await world.open({ command: speaker.argv });
    const path = await first.say(text("hello"), never);
    await first.close();
    expect(await (await world.open({ command: speaker.argv })).say(text("hello"), never)).toBe(path);
    expect(speaker.runs()).toHaveLength(1);
  });

  it("is spoken once for all who wish for it at the same time, and goes on when the first hangs up", async () => {
    const speech = await world.open({ command: speaker.argv });
    const first = new AbortController();
    const gone = speech.say(text("slowly now"), first.signal);
    const others = Array.from({ length: 20 }, () => speech.say(text("slowly now"), never));
    await expect.poll(() => speaker.runs().length).toBe(1);
    first.abort(new Error("hung up"));
    await expect(gone).rejects.toThrow("hung up");
    speaker.go();
    expect(new Set(await Promise.all(others)).size).toBe(1);
    expect(speaker.runs()).toHaveLength(1);
  });

  it("is not spoken for nobody", async () => {
    const speech = await world.open({ command: speaker.argv }, { limits: { commandsAtOnce: 1 } });
    const caller = new AbortController();
    const said = speech.say(text("hang on"), caller.signal);
    await expect.poll(() => speaker.runs().length).toBe(1);
    caller.abort(new Error("hung up"));
    await expect(said).rejects.toThrow("hung up");
    // Its place is free again.
    expect(await speech.say(text("next"), never)).toMatch(FILE);
  });

  it("is shared by two processes that use one directory", async () => {
    const [one, other] = [await world.open({ command: speaker.argv }), await world.open({ command: speaker.argv })];
    const paths = await Promise.all([one, other, one, other].map((speech) => speech.say(text("hello"), never)));
    expect(new Set(paths).size).toBe(1);
    expect(readdirSync(world.written)).toHaveLength(1);
  });

  it("is told by stdin alone, to a program that knows none of our secrets", async () => {
    const speech = await world.open({ command: speaker.argv });
    await speech.say(text('"; $(touch /tmp/x) `id` --help\n\u0000 {voice}'), never);
    expect(speaker.runs()).toEqual([{ text: '"; $(touch /tmp/x) `id` --help {voice}', voice: "en-US", env: ["LANG", "PATH"] }]);
  });

  it("is spoken by the operator's voices: by Twilio's name, by language, by the default", async () => {
    const speech = await world.open({ command: speaker.argv, voices: { "Polly.Joanna": "joanna", "de-DE": "thorsten", "de-DE/female": "eva", default: "lessac" } });
    for (const [voice, language] of [["Polly.Joanna", null], ["man", "de-DE"], ["Polly.Vicki", null], ["man", null]] as const) await speech.say(text("hello", voice, language), never);
    expect(speaker.runs().map(({ voice }) => voice)).toEqual(["joanna", "thorsten", "eva", "lessac"]);
  });

  it("is spoken by another voice where the wished one is not there", async () => {
    const speech = await world.open({ command: speaker.argv, voices: { "de-DE": "mute", default: "lessac", de: "mute-too" } });
    expect(await speech.say(text("hallo", null, "de-DE"), never)).toMatch(FILE);
    expect(speaker.runs().map(({ voice }) => voice)).toEqual(["mute", "mute-too", "lessac"]);
    // The next text is not kept waiting for voices that just failed.
    await speech.say(text("hallo du", null, "de-DE"), never);
    expect(speaker.runs().slice(3).map(({ voice }) => voice)).toEqual(["lessac"]);
    world.now += 61_000;
    await speech.say(text("hallo ihr", null, "de-DE"), never);
    expect(speaker.runs().slice(4).map(({ voice }) => voice)).toEqual(["mute", "mute-too", "lessac"]);
  });
});

describe("a text that cannot be spoken", () => {
  const isTone = (path: string): void => {
    const { tones, levels } = world.heard(path);
    expect(tones[5]).toBeCloseTo(440, -1);
    expect(levels[5]).toBeGreaterThan(-30);
  };

  it("is a tone, and the operator is told at start", async () => {
    const speech = await world.open();
    expect(speech.trouble).toMatch(/SPEECH_COMMAND/);
    expect(world.logger.warn).toHaveBeenCalledWith(expect.objectContaining({ reason: speech.trouble }), expect.stringMatching(/not spoken/));
    expect(world.metrics.speechReady).toHaveBeenLastCalledWith(false);
    isTone(await speech.say(text("hello"), never));
    expect(world.outcomes()).toEqual(["say failed"]);
  });

  it("is the tone and its digits, as far as there are recordings", async () => {
    for (const digit of [1, 2]) writeFileSync(join(world.folder, `${digit}.wav`), waveOf({ rate: 8000, tag: 1, bits: 16, channels: 1, hz: 500 + 300 * digit, ms: 200 }));
    writeFileSync(join(world.folder, "3.wav"), "no sound");
    const speech = await world.open({ digitsDir: world.folder });
    const path = await speech.say(text("Your code is 1 2 3."), never);
    isTone(path);
    const { tones } = world.heard(path);
    expect(tones.slice(25).filter((tone) => tone !== null).map((tone) => Math.round((tone ?? 0) / 100) * 100)).toEqual([...Array<number>(10).fill(800), ...Array<number>(10).fill(1100)]);
    expect(await speech.say(text("12"), never)).toBe(path);
    expect(await speech.say(text("21"), never)).not.toBe(path);
  });

  it("is a tone when the program is not there", async () => {
    const speech = await world.open({ command: ["/nonexistent/speaker"] });
    isTone(await speech.say(text("hello"), never));
    expect(speech.trouble).toMatch(/cannot be run/);
  });

  it("is a tone when the program's list of voices cannot be had", async () => {
    const speech = await world.open({ command: ["/nonexistent/espeak-ng"] });
    expect(speech.trouble).toMatch(/cannot be run/);
    isTone(await speech.say(text("hello"), never));
  });

  it.each([
    ["fails", "fail now", 30_000],
    ["hangs", "hang now", 200],
    ["floods us", "flood now", 30_000],
    ["answers no sound", "garbage now", 30_000],
  ])("is a tone when the program %s", async (_, words, timeoutMs) => {
    const speech = await world.open({ command: [...speaker.argv.slice(0, 3), "fixed"], timeoutMs });
    isTone(await speech.say(text(words), never));
    expect(world.metrics.incident).toHaveBeenCalledWith("speech_synthesizer");
    // Nothing of it is kept: when it works again, it speaks.
    expect(readdirSync(world.written)).toHaveLength(1);
  });

  it("does not keep callers waiting for a program that fails again and again, and tries again later", async () => {
    const speech = await world.open({ command: [...speaker.argv.slice(0, 3), "fixed"] });
    for (let round = 0; round < 5; round += 1) isTone(await speech.say(text(`fail ${round}`), never));
    const failures = speaker.runs().length;
    expect(speech.trouble).toMatch(/I have no voice/);
    isTone(await speech.say(text("works"), never));
    expect(speaker.runs()).toHaveLength(failures);
    world.now += 31_000;
    expect(world.heard(await speech.say(text("works"), never)).ms).toBe(100);
    expect(speech.trouble).toBeNull();
    expect(world.metrics.speechReady).toHaveBeenLastCalledWith(true);
  });

  it("is a tone of FreeSWITCH's own when no file can be written", async () => {
    writeFileSync(join(world.folder, "file"), "");
    const speech = await world.open({ command: speaker.argv, writeDir: join(world.folder, "file") });
    expect(speech.trouble).toMatch(/directory/);
    expect(await speech.say(text("hello"), never)).toMatch(/^tone_stream:\/\//);
  });

  it("is a tone of FreeSWITCH's own when the directory is taken away", async () => {
    const speech = await world.open({ command: speaker.argv });
    rmSync(world.written, { recursive: true });
    expect(await speech.say(text("hello"), never)).toMatch(/^tone_stream:\/\//);
    expect(world.metrics.incident).toHaveBeenCalledWith("speech_cache");
  });

  it("is called off when Callplane stops", async () => {
    const speech = await world.open({ command: speaker.argv });
    const said = speech.say(text("hang on"), never);
    await expect.poll(() => speaker.runs().length).toBe(1);
    await speech.close();
    await expect(said).rejects.toThrow(/shutting down/);
    await expect(speech.say(text("more"), never)).rejects.toThrow(/shutting down/);
  });
});

describe("what a program is allowed", () => {
  it("ends with all that it has started", async () => {
    const script = join(world.folder, "parent.sh");
    // The grandchild holds stdout, as a player behind a wrapper does.
    writeFileSync(script, `#!/bin/sh\nsleep 600 & echo $! > ${world.folder}/child\nwait\n`);
    chmodSync(script, 0o755);
    const speech = await world.open({ command: [script], timeoutMs: 300 });
    await speech.say(text("hello"), never);
    const { readFileSync, existsSync } = await import("node:fs");
    const child = readFileSync(join(world.folder, "child"), "utf8").trim();
    // A killed process may wait to be collected.
    await expect.poll(() => !existsSync(`/proc/${child}`) || /^State:\s+Z/m.test(readFileSync(`/proc/${child}/status`, "utf8"))).toBe(true);
  });
});
