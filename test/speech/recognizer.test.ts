import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { growingAudio, hear, openRecognizer, RecognitionFailed, UtteranceEnd, type Recognizer, type RecognizerSettings, type UtteranceLimits } from "../../src/speech/index.js";
import { soundServer, type SoundServer } from "./sound-server.js";
import { audio, joined, noise, silence, speech, tone } from "./sounds.js";
import { never, noRequests, SpeechWorld } from "./world.js";

const LIMITS: UtteranceLimits = { startMs: 5000, endMs: 1000, maxMs: 60_000 };
const WISH = { language: "en-US", hints: [] };

/** Tells how much it was given. */
class Ear implements Recognizer {
  heardMs = 0;
  async recognize(pieces: AsyncIterable<Buffer>): Promise<{ readonly text: string; readonly confidence: number }> {
    for await (const piece of pieces) this.heardMs += piece.length / 16;
    return { text: "hello", confidence: 0.5 };
  }
  async close(): Promise<void> {
    this.heardMs = 0;
  }
}

describe("the end of an utterance", () => {
  const stateAfter = (sound: Buffer, limits = LIMITS): string => new UtteranceEnd(limits).push(sound);
  it.each<[string, Buffer, string]>([
    ["somebody has not begun yet", silence(4000), "waiting"],
    ["nobody speaks", silence(5000), "nothing"],
    ["a line that only hums", noise(5000, -30), "nothing"],
    ["a beep", joined(tone(1000, 500), silence(4600)), "nothing"],
    ["a click", joined(silence(500), speech(40), silence(4600)), "nothing"],
    ["somebody speaks", joined(silence(500), speech(1500)), "speaking"],
    ["a pause for breath", joined(speech(1500), silence(800)), "speaking"],
    ["somebody has spoken", joined(silence(300), speech(1500), silence(1100)), "over"],
    ["somebody speaks for a minute", speech(61_000), "over"],
  ])("%s", (_, sound, state) => expect(stateAfter(sound)).toBe(state));
});

describe("hearing a caller", () => {
  it("gives the recognizer the speech, from a little before it, and not what follows", async () => {
    const ear = new Ear();
    const began = vi.fn();
    const heard = await hear(ear, audio(joined(silence(2000), speech(1500), silence(5000))), { limits: LIMITS, wish: WISH, began }, never);
    expect(heard).toEqual({ text: "hello", confidence: 0.5 });
    expect(began).toHaveBeenCalledTimes(1);
    expect(ear.heardMs).toBeGreaterThan(2500);
    expect(ear.heardMs).toBeLessThan(3200);
  });

  it("asks no recognizer when nobody speaks, or the audio ends", async () => {
    for (const sound of [silence(9000), silence(100)]) {
      const ear = new Ear();
      const began = vi.fn();
      expect(await hear(ear, audio(sound), { limits: LIMITS, wish: WISH, began }, never)).toBeNull();
      expect(began).not.toHaveBeenCalled();
      expect(ear.heardMs).toBe(0);
    }
  });

  it("ends with its signal, whatever the audio does", async () => {
    const stop = new AbortController();
    const heard = hear(new Ear(), { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }) }, { limits: LIMITS, wish: WISH }, stop.signal);
    stop.abort(new Error("a key was pressed"));
    await expect(heard).rejects.toThrow("a key was pressed");
  });
});

describe("a recording that grows", () => {
  it("is read while it is written, from before it is there", async () => {
    const world = new SpeechWorld();
    const path = join(world.folder, "caller.r8");
    const pieces: Buffer[] = [];
    const stop = new AbortController();
    const reading = (async () => {
      for await (const piece of growingAudio(path, stop.signal, { pollMs: 1, idleMs: 60_000 })) pieces.push(Buffer.from(piece));
    })();
    writeFileSync(path, Buffer.from([1, 2, 3]));
    await expect.poll(() => Buffer.concat(pieces)).toEqual(Buffer.from([1, 2]));
    appendFileSync(path, Buffer.alloc(40_001, 7));
    await expect.poll(() => Buffer.concat(pieces).length).toBe(40_004);
    stop.abort();
    await reading;
    expect(Buffer.concat(pieces).subarray(0, 4)).toEqual(Buffer.from([1, 2, 3, 7]));
    await world.close();
  });

  it("ends when nothing is written any more", async () => {
    const world = new SpeechWorld();
    const path = join(world.folder, "caller.r8");
    writeFileSync(path, Buffer.alloc(100));
    let bytes = 0;
    for await (const piece of growingAudio(path, never, { pollMs: 1, idleMs: 20 })) bytes += piece.length;
    expect(bytes).toBe(100);
    for await (const piece of growingAudio(join(world.folder, "none.r8"), never, { pollMs: 1, idleMs: 20 })) expect(piece).toBeUndefined();
    await world.close();
  });
});

describe("a recognizer of the operator's", () => {
  let world: SpeechWorld;
  let server: SoundServer;
  let recognizer: Recognizer | null = null;
  beforeEach(async () => {
    world = new SpeechWorld();
    server = await soundServer();
  });
  afterEach(async () => {
    await recognizer?.close();
    recognizer = null;
    await world.close();
    await server.close();
  });

  const NONE: RecognizerSettings = { command: null, url: null, token: null, model: null, timeoutMs: 30_000 };
  const opened = (settings: Partial<RecognizerSettings>): Recognizer => {
    const made = openRecognizer({ ...NONE, ...settings }, server.client, world.metrics);
    if (made === null) throw new Error("there is none");
    recognizer = made;
    return made;
  };
  const program = (source: string): readonly string[] => {
    const script = join(world.folder, "recognizer.mjs");
    writeFileSync(script, source);
    return [process.execPath, script, world.folder, "{language}"];
  };

  it("is none unless there is one", () => expect(openRecognizer(NONE, noRequests, world.metrics)).toBeNull());

  it("may be a program, which is given a WAVE file and writes the text", async () => {
    const command = program(`
      import { writeFileSync } from "node:fs";
      const pieces = [];
      for await (const piece of process.stdin) pieces.push(piece);
      writeFileSync(process.argv[2] + "/heard.wav", Buffer.concat(pieces));
      console.log("  I said\\n in " + process.argv[3] + " ");`);
    const sound = speech(500);
    expect(await opened({ command }).recognize(audio(sound), { ...WISH, language: "de-DE" }, never)).toEqual({ text: "I said in de-DE", confidence: null });
    expect(readFileSync(join(world.folder, "heard.wav")).subarray(44).equals(sound)).toBe(true);
    expect(world.outcomes()).toEqual(["recognize made"]);
  });

  it.each([
    ["fails", "process.exit(1)", 30_000],
    ["hangs", "setInterval(() => undefined, 1000)", 200],
    ["talks without end", "for (;;) process.stdout.write('x'.repeat(100000))", 30_000],
  ])("may be a program that %s", async (_, source, timeoutMs) => {
    await expect(opened({ command: program(source), timeoutMs }).recognize(audio(speech(500)), WISH, never)).rejects.toThrow(RecognitionFailed);
    expect(world.outcomes()).toEqual(["recognize failed"]);
  });

  it("may be a service, which is sent a form with the file", async () => {
    server.answer = (_, response) => void response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ text: " Two  tickets. ", confidence: 0.9 }));
    const recognized = await opened({ url: `${server.url}/v1/audio/transcriptions`, token: "secret", model: "small" }).recognize(audio(speech(500)), { language: "en-GB", hints: ["tickets", "trains"] }, never);
    expect(recognized).toEqual({ text: "Two tickets.", confidence: 0.9 });
    expect(server.requests[0]?.headers.authorization).toBe("Bearer secret");
    const request = new Request("http://x", { method: "POST", headers: { "content-type": server.requests[0]?.headers["content-type"] ?? "" }, body: new Uint8Array(server.bodies[0] ?? Buffer.alloc(0)) });
    const form = await request.formData();
    expect([form.get("model"), form.get("language"), form.get("prompt")]).toEqual(["small", "en", "tickets, trains"]);
    const file = form.get("file");
    expect(file instanceof File ? [file.name, file.size] : null).toEqual(["utterance.wav", 8044]);
  });

  it.each([
    ["answers an error", 500, "application/json", "{}"],
    ["answers no text", 200, "application/json", '{"error":"x"}'],
    ["answers nonsense", 200, "application/json", "{"],
  ])("may be a service that %s", async (_, status, type, body) => {
    server.answer = (__, response) => void response.writeHead(status, { "content-type": type }).end(body);
    await expect(opened({ url: server.url }).recognize(audio(speech(500)), WISH, never)).rejects.toThrow(RecognitionFailed);
  });

  it("may be a service that answers plain text", async () => {
    server.answer = (_, response) => void response.writeHead(200, { "content-type": "text/plain" }).end("hello\n");
    expect((await opened({ url: server.url }).recognize(audio(speech(500)), WISH, never)).text).toBe("hello");
  });

  it("is called off", async () => {
    const stop = new AbortController();
    const recognized = opened({ command: program("setInterval(() => undefined, 1000)") }).recognize(audio(speech(500)), WISH, stop.signal);
    stop.abort(new Error("hung up"));
    await expect(recognized).rejects.toThrow("hung up");
  });
});
