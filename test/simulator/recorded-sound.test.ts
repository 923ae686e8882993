/** What the simulated switch leaves of a recording, where somebody is to hear it. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createSimulator } from "../../src/simulator/index.js";
import { temporaryDirectory } from "../support/temporary.js";
import { EslClient } from "./esl-client.js";

it("is a WAV with the tone of whoever was recorded, of five seconds at most, below its directory alone", async () => {
  const folder = temporaryDirectory();
  let laterUs = 0;
  const simulator = await createSimulator({ password: "secret", domain: "demo.local", recordingsDir: join(folder.path, "recordings"), clock: { nowUs: () => Date.now() * 1000 + laterUs } });
  const client = await EslClient.authenticated(simulator.port, "secret");
  try {
    const uuid = simulator.callIn({ from: "15551230001", to: "queue:support" });
    await expect.poll(() => simulator.channel(uuid)?.parked).toBe(true);
    await client.send("event json RECORD_STOP");
    const path = join(folder.path, "recordings/demo/a.wav");
    const outside = [join(folder.path, "elsewhere.wav"), `${folder.path}/recordings/../up.wav`];
    for (const file of [path, ...outside]) {
      await client.send(`api uuid_record ${uuid} start ${file}`);
      await expect.poll(() => simulator.channel(uuid)?.recordings).toContain(file);
    }
    laterUs = 60_000_000;
    await client.send(`api uuid_record ${uuid} stop all`);
    await client.event((event) => event["Record-File-Path"] === path, "the end of the recording");
    const wav = readFileSync(path);
    expect([wav.toString("latin1", 0, 4), wav.readUInt32LE(24), wav.readUInt32LE(40), wav.length]).toEqual(["RIFF", 8000, 80_000, 80_044]);
    // As often above zero and below it as its tone swings.
    const samples = Array.from({ length: 8000 }, (_, at) => wav.readInt16LE(44 + 2 * at));
    expect(Math.round(samples.filter((sample, at) => sample >= 0 && (samples[at - 1] ?? 0) < 0).length / 10)).toBe(Math.round(simulator.voice("15551230001") / 10));
    for (const file of outside) expect(existsSync(file)).toBe(false);
  } finally {
    client.close();
    await simulator.close();
    folder.remove();
  }
});
