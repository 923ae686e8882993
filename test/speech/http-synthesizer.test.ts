import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { soundServer, type SoundServer } from "./sound-server.js";
import { waveOf } from "./sounds.js";
import { never, SpeechWorld } from "./world.js";

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

describe("a service that speaks", () => {
  it("is sent the text, the voice and the language, and its sound is played", async () => {
    server.answer = (_, response) => void response.writeHead(200, { "content-type": "audio/wav" }).end(waveOf({ rate: 24_000, tag: 1, bits: 16, channels: 1, hz: 1000, ms: 300 }));
    const speech = await world.open({ url: `${server.url}/v1/audio/speech`, token: "secret", voices: { alice: "af_heart", default: "alloy" } }, { ownRequests: server.client });
    expect(speech.trouble).toBeNull();
    expect(world.heard(await speech.say({ content: ["Hello ", { element: "emphasis", attributes: {}, content: ["you"] }], voice: "alice", language: "en-GB" }, never)).ms).toBe(300);
    expect(server.requests[0]?.headers.authorization).toBe("Bearer secret");
    expect(JSON.parse(server.bodies[0]?.toString() ?? "")).toEqual({ input: "Hello you", text: "Hello you", voice: "af_heart", language: "en-GB", gender: "female", response_format: "wav", ssml: "<speak>Hello <emphasis>you</emphasis></speak>" });
    // Another voice: the default of those that it has.
    await speech.say({ content: ["Hello"], voice: "Polly.Vicki", language: null }, never);
    expect(JSON.parse(server.bodies[1]?.toString() ?? "")).toMatchObject({ voice: "alloy", language: "en-US" });
  });

  it.each([
    ["fails", 500, "audio/wav", "x"],
    ["answers a page", 200, "text/html", "<html>"],
    ["answers no sound", 200, "audio/wav", "x"],
  ])("that %s leaves a tone", async (_, status, type, body) => {
    server.answer = (__, response) => void response.writeHead(status, { "content-type": type }).end(body);
    const speech = await world.open({ url: server.url }, { ownRequests: server.client });
    expect(world.heard(await speech.say({ content: ["Hello"], voice: null, language: null }, never)).tones[5]).toBeCloseTo(440, -1);
    expect(world.outcomes()).toEqual(["say failed"]);
  });
});
