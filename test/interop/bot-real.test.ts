/**
 * A bot as its author would write it from Twilio's public description (twilio.com/docs/voice/media-streams/websocket-messages), with `ws` and Twilio's client alone:
 * it answers a real call, is interrupted by the caller's voice, and hands over to a department, where an agent's phone answers.
 */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { WebSocketServer } from "ws";
import twilio from "twilio";
import { fromMulaw, toMulaw } from "../../src/g711.js";
import { describeReal } from "../lab/describe-real.js";
import { createProvisionedLab, type ProvisionedLab } from "../lab/provisioned.js";
import { eventually } from "../lab/wait.js";
import { AGENT, document, LINE, openWorld, SPOKEN, tone, type World } from "./world.js";

describeReal("a bot on a real FreeSWITCH", await createProvisionedLab([AGENT]), suite);

/** What FreeSWITCH makes of a silent phone is quieter. */
const LOUD = 500;

interface Bot {
  readonly url: string;
  /** The events, but for media, as they came. */
  readonly events: string[];
  readonly marks: string[];
  /** Whether it speaks now. */
  interruptions: number;
  start: { readonly callSid: string; readonly signature: string; readonly parameters: Readonly<Record<string, string>> } | null;
  close(): Promise<void>;
}

interface Message {
  readonly event: string;
  readonly streamSid: string;
  readonly start: { readonly callSid: string; readonly customParameters: Readonly<Record<string, string>> };
  readonly media: { readonly payload: string };
  readonly mark: { readonly name: string };
}

/** Speaks two sentences; a caller who speaks meanwhile interrupts it. */
async function startBot(): Promise<Bot> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  const bot: Bot = {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/bot`,
    events: [],
    marks: [],
    interruptions: 0,
    start: null,
    close: async () => {
      for (const client of server.clients) client.terminate();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  server.on("connection", (socket, request) => {
    let speaking = false;
    socket.on("message", (data) => {
      const message = JSON.parse((data as Buffer).toString()) as Message;
      const { event, streamSid } = message;
      const send = (body: object): void => socket.send(JSON.stringify({ streamSid, ...body }));
      if (event !== "media") bot.events.push(event);
      if (event === "start") {
        bot.start = { callSid: message.start.callSid, signature: String(request.headers["x-twilio-signature"]), parameters: message.start.customParameters };
        for (const name of ["greeting", "question"]) {
          send({ event: "media", media: { payload: toMulaw(tone(SPOKEN, 60_000)).toString("base64") } });
          send({ event: "mark", mark: { name } });
        }
        speaking = true;
      } else if (event === "mark") bot.marks.push(message.mark.name);
      else if (event === "media" && speaking && loudness(message.media.payload) > LOUD) {
        speaking = false;
        bot.interruptions++;
        send({ event: "clear" });
      }
    });
  });
  return bot;
}

function loudness(payload: string): number {
  const pcm = fromMulaw(Buffer.from(payload, "base64"));
  let sum = 0;
  for (let at = 0; at < pcm.length; at += 2) sum += Math.abs(pcm.readInt16LE(at));
  return sum / (pcm.length / 2);
}

function suite(lab: ProvisionedLab): void {
  let world: World;
  let bot: Bot;
  beforeAll(async () => {
    world = await openWorld(lab);
    bot = await startBot();
  });
  afterEach(() => world.clear());
  afterAll(async () => {
    await bot.close();
    await world.close();
    await lab.close();
  });

  it("is interrupted by the caller, and hands over to an agent: both hear each other", async () => {
    const { client, server, account, agent } = world;
    const caller = "+12125550431";
    expect((await agent.post("/voicechannel/agents/1001/status", { status: "online" })).status).toBeLessThan(300);
    world.on("/voice", (voice) => voice.connect({ action: "/over" }).stream({ url: bot.url, statusCallback: server.url("/stream") }).parameter({ name: "language", value: "en" }));
    world.on("/over", (voice) => voice.hangup());
    world.takes("/stream");
    await lab.parties.says(caller, Buffer.alloc(320));
    void lab.callIn(caller, LINE);
    await world.hearing(caller, SPOKEN);
    expect([bot.events, bot.interruptions]).toEqual([["connected", "start"], 0]);
    expect(twilio.validateRequest(account.authToken, bot.start?.signature ?? "", bot.url, {})).toBe(true);
    expect(bot.start?.parameters).toEqual({ language: "en" });

    await lab.parties.says(caller, null);
    await lab.parties.speaksUp(caller);
    await eventually("the marks", () => bot.marks.length === 2);
    expect([bot.marks, bot.interruptions]).toEqual([["greeting", "question"], 1]);
    await world.hearing(caller);

    await client.calls(bot.start?.callSid ?? "").update({ twiml: document((voice) => voice.enqueue({ action: server.url("/over") }, "support")) });
    await world.hearing(caller, AGENT.name);
    await world.hearing(AGENT.name, caller);
    expect(bot.events.at(-1)).toBe("stop");
    await lab.parties.hangUp(AGENT.name);
    expect((await server.next("/over")).form).toMatchObject({ CallSid: bot.start?.callSid, QueueResult: "bridged" });
    await eventually("the stream's callbacks", () => server.to("/stream").length === 2);
    expect(server.to("/stream").map(({ form }) => [form["StreamEvent"], form["CallSid"]])).toEqual([["stream-started", bot.start?.callSid], ["stream-stopped", bot.start?.callSid]]);
  });
}
