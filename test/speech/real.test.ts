/** With the programs that this machine has; what is not installed is skipped, and said. */
import { execFileSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fakeSpeaker } from "./fake-speaker.js";
import { soundServer, type SoundServer } from "./sound-server.js";
import { waveOf } from "./sounds.js";
import { never, SpeechWorld } from "./world.js";

function has(program: string): boolean {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
const unless = (program: string): string => (has(program) ? "" : ` (skipped: ${program} is not installed)`);

let world: SpeechWorld;
beforeEach(() => {
  world = new SpeechWorld();
});
afterEach(() => world.close());

describe.skipIf(!has("espeak-ng"))(`espeak-ng${unless("espeak-ng")}`, () => {
  it("speaks every language and voice that is wished for, audibly, and different ones differently", async () => {
    const speech = await world.open({ command: ["espeak-ng"] });
    expect(speech.trouble).toBeNull();
    const paths: string[] = [];
    for (const [voice, language] of [[null, null], ["woman", null], ["alice", "de-DE"], ["Polly.Celine", null], ["man", "es-MX"], ["man", "pt-BR"], ["man", "zh-CN"], ["Google.nb-NO-Wavenet-A", null], ["man", "tlh"]] as const) {
      const path = await speech.say({ content: ["One, two, three."], voice, language }, never);
      expect(Math.max(...world.heard(path).levels)).toBeGreaterThan(-25);
      paths.push(path);
    }
    expect(new Set(paths.slice(0, -1)).size).toBe(8);
    // Nobody speaks it here: the usual voice does.
    expect(paths.at(-1)).toBe(paths[0]);
    expect(world.outcomes()).not.toContain("say failed");
  });

  it("says a number as one, digits one by one, and a text with elements", async () => {
    const speech = await world.open({ command: ["espeak-ng"] });
    const lengthOf = async (...content: Parameters<typeof speech.say>[0]["content"]): Promise<number> => world.heard(await speech.say({ content, voice: null, language: null }, never)).ms;
    expect(await lengthOf("12345")).toBeGreaterThan(await lengthOf("1 2 3"));
    const plain = await lengthOf("Hello, you.");
    expect(await lengthOf("Hello, ", { element: "break", attributes: { time: "2s" }, content: [] }, "you.")).toBeGreaterThan(plain + 1500);
    expect(await lengthOf({ element: "say-as", attributes: { "interpret-as": "digits" }, content: ["12345"] })).not.toBe(await lengthOf("12345"));
    expect(await lengthOf("a < b & c > d ", { element: "prosody", attributes: { rate: "slow" }, content: ["[[slow]]"] })).toBeGreaterThan(1000);
    expect(world.outcomes()).not.toContain("say failed");
  });
});

describe.skipIf(!has("sox"))(`sox${unless("sox")}`, () => {
  let server: SoundServer;
  beforeEach(async () => {
    server = await soundServer();
  });
  afterEach(() => server.close());

  it.each([
    ["audio/aiff", "aiff"],
    ["audio/gsm", "gsm"],
    ["audio/flac", "flac"],
  ])("reads %s", async (type, format) => {
    const wave = waveOf({ rate: 8000, tag: 1, bits: 16, channels: 1, hz: 1000, ms: 1000 });
    const sound = execFileSync("sox", ["-t", "wav", "-", "-t", format, "-"], { input: wave });
    server.answer = (_, response) => void response.writeHead(200, { "content-type": type }).end(sound);
    const speech = await world.open({}, { requests: server.client });
    const { ms, tones } = world.heard(await speech.play(server.url, never));
    expect(ms).toBeGreaterThan(950);
    expect(tones[25]).toBeCloseTo(1000, -1);
  });

  it("does not read what is none", async () => {
    server.answer = (_, response) => void response.writeHead(200, { "content-type": "audio/aiff" }).end(Buffer.alloc(100_000, 65));
    const speech = await world.open({}, { requests: server.client });
    await expect(speech.play(server.url, never)).rejects.toMatchObject({ code: 12_300 });
  });
});

describe.skipIf(has("ffmpeg"))("without ffmpeg", () => {
  it("says honestly that it cannot play what no program here reads", async () => {
    const server = await soundServer();
    server.answer = (_, response) => void response.writeHead(200, { "content-type": "audio/mpeg" }).end(Buffer.from("ID3"));
    const speech = await world.open({ command: fakeSpeaker(world.folder).argv }, { requests: server.client });
    await expect(speech.play(server.url, never)).rejects.toMatchObject({ code: 12_300 });
    await server.close();
  });
});
