/** `<Connect><Stream>`, `<Start><Stream>` and `<Stop>`: a call that is handed to a program; once for the simulated and once for the real switch. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { callSid } from "../../../src/sids.js";
import { fromMulaw, toMulaw } from "../../../src/g711.js";
import type { Lab } from "../../lab/types.js";
import { analyse } from "../../lab/tones.js";
import { eventually } from "../../lab/wait.js";
import { startProgram, type ProgramStream, type TestProgram } from "../../media/program.js";
import { ACCOUNT, openProgramStage, type ProgramStage } from "./stage.js";

/** Of the bot; no party's. */
const BOT_TONE = 455;
const HEARD_FRAMES = 25;

function tone(frequency: number, ms: number): Buffer {
  const pcm = Buffer.alloc(16 * ms);
  for (let at = 0; at < 8 * ms; at++) pcm.writeInt16LE(Math.round(8000 * Math.sin((2 * Math.PI * frequency * at) / 8000)), at * 2);
  return toMulaw(pcm);
}

function sounds(bot: ProgramStream, track: string, frequency: number): boolean {
  const mulaw = bot.audio(track, HEARD_FRAMES);
  const pcm = fromMulaw(mulaw);
  return mulaw.length > 0 && analyse({ rate: 8000, samples: Float64Array.from({ length: mulaw.length }, (_, at) => pcm.readInt16LE(at * 2) / 32_768) }, [frequency]).frequencies.has(frequency);
}

export function streamVerbsSuite(openLab: () => Promise<Lab & { readonly recordingsDir?: string }>, secondMs: number): void {
  let stage: ProgramStage;
  let lab: Lab;
  let bots: TestProgram;
  beforeAll(async () => {
    lab = await openLab();
    stage = await openProgramStage(lab, secondMs);
    bots = await startProgram();
  }, 60_000);
  afterEach(() => stage.clear());
  afterAll(async () => {
    await bots.close();
    await stage.close();
    await lab.close();
  });

  const notes = (id: string): readonly string[] => stage.log.of(1, callSid(id)).map(({ code, text }) => `${code} ${text}`);
  const gone = (id: string): Promise<unknown> => eventually(`${id} to have ended`, () => stage.calls().legs.find(id) === undefined, { details: () => JSON.stringify(notes(id)) });
  const answered = (id: string): Promise<unknown> => eventually("the call to be answered", () => stage.calls().scripts.leg(id)?.answered === true, { details: () => JSON.stringify(notes(id)) });
  const nextBot = (before: number, id: string): Promise<ProgramStream> => eventually("the bot to be connected", () => (bots.streams[before]?.sid ? bots.streams[before] : null), { details: () => JSON.stringify(notes(id)) });
  const hears = (party: string, is: boolean): Promise<unknown> => eventually(`${party} ${is ? "to hear" : "not to hear"} the bot`, async () => (await lab.hearsTones(party, [BOT_TONE])).has(BOT_TONE) === is);

  describe("<Connect><Stream>", () => {
    it("hands the caller to a bot, which is interrupted, hears keys, and hands the call back to the next verb", async () => {
      const before = bots.streams.length;
      stage.program("bot");
      stage.server.on("/bot", `<Say>One moment</Say><Connect><Stream url="${bots.url}" name="talk" statusCallback="/told"><Parameter name="language" value="en"/></Stream></Connect><Say>Goodbye</Say>`);
      const caller = "+12125550101";
      const id = await stage.callIn("bot", caller);
      const bot = await nextBot(before, id);
      expect(bot.events("start")[0]?.start).toMatchObject({ accountSid: ACCOUNT.accountSid, callSid: callSid(id), tracks: ["inbound"], customParameters: { language: "en" } });
      await eventually("the bot to hear the caller", () => sounds(bot, "inbound", lab.voice(caller)));
      bot.media(tone(BOT_TONE, 20_000));
      bot.mark("greeting");
      bot.media(tone(BOT_TONE, 20_000));
      bot.mark("question");
      await hears(caller, true);
      // The caller speaks: the bot falls silent.
      bot.clear();
      await eventually("the marks", () => bot.events("mark").length === 2);
      expect(bot.events("mark").map(({ mark }) => mark?.name)).toEqual(["greeting", "question"]);
      await hears(caller, false);
      await lab.press(caller, "7");
      await eventually("the key", () => bot.events("dtmf").length === 1);
      bot.socket.close(1000);
      await gone(id);
      expect(stage.spoken).toEqual(["One moment", "Goodbye"]);
      expect(notes(id)).toEqual([]);
      expect(stage.told.filter(({ url }) => url.endsWith("/told")).map(({ form = [] }) => Object.fromEntries(form))).toMatchObject([
        { StreamEvent: "stream-started", StreamSid: bot.sid, StreamName: "talk", CallSid: callSid(id), AccountSid: ACCOUNT.accountSid },
        { StreamEvent: "stream-stopped", StreamSid: bot.sid },
      ]);
    });

    it("asks its action when it has ended, and connects again from there", async () => {
      const before = bots.streams.length;
      stage.program("twice");
      stage.server.on("/twice", `<Connect action="/after"><Stream url="${bots.url}"/></Connect><Say>Never</Say>`);
      stage.server.on("/after", `<Connect><Stream url="${bots.url}"/></Connect>`);
      const caller = "+12125550102";
      const id = await stage.callIn("twice", caller);
      for (let round = 0; round < 2; round++) {
        const bot = await nextBot(before + round, id);
        await eventually("the bot to hear the caller", () => sounds(bot, "inbound", lab.voice(caller)));
        bot.socket.close(1000);
      }
      await gone(id);
      expect(stage.spoken).toEqual([]);
    });

    it("goes on with the next verb when the bot is not there, and says so in the call's log", async () => {
      const nobody = await startProgram();
      await nobody.close();
      stage.program("gone");
      stage.server.on("/gone", `<Connect><Stream url="${nobody.url}"/></Connect><Say>Sorry</Say>`);
      const id = await stage.callIn("gone");
      await eventually("the next verb", () => stage.spoken.length > 0);
      await gone(id);
      expect(stage.spoken).toEqual(["Sorry"]);
      expect(notes(id)).toMatchObject([expect.stringMatching(/^31921 /)]);
    });

    it("goes on with the next verb when the bot misbehaves, and says so in the call's log", async () => {
      const hostile: Readonly<Record<string, readonly [code: string, act: (bot: ProgramStream) => void]>> = {
        binary: ["31924", ({ socket }) => socket.send(Buffer.from([1, 2, 3]), { binary: true })],
        megabyte: ["31924", ({ socket }) => socket.send("a".repeat(1_100_000))],
        nonsense: ["31924", ({ socket }) => socket.send("{")],
        marks: ["31924", (bot) => {
          bot.media(Buffer.alloc(8000 * 60, 0xff));
          for (let mark = 0; mark <= 1000; mark++) bot.mark(`m${mark}`);
        }],
        foreign: ["31924", ({ socket }) => {
          for (let time = 0; time <= 10; time++) socket.send(JSON.stringify({ event: "clear", streamSid: "MZ00000000000000000000000000000000" }));
        }],
        hurried: ["31924", (bot) => {
          for (let minute = 0; minute < 6; minute++) bot.media(Buffer.alloc(8000 * 60, 0xff));
        }],
        gone: ["31921", ({ socket }) => socket.terminate()],
      };
      for (const [name, [code, act]] of Object.entries(hostile)) {
        const before = bots.streams.length;
        stage.program(name);
        stage.server.on(`/${name}`, `<Connect><Stream url="${bots.url}"/></Connect><Say>After ${name}</Say>`);
        const id = await stage.callIn(name);
        act(await nextBot(before, id));
        await eventually(`the next verb after ${name}`, () => stage.spoken.includes(`After ${name}`), { details: () => JSON.stringify(notes(id)) });
        await gone(id);
        expect([name, notes(id).at(-1)]).toEqual([name, expect.stringMatching(new RegExp(`^${code} `))]);
      }
    });

    it("ends with the caller's hangup, and when the call is given another document", async () => {
      const before = bots.streams.length;
      stage.program("bot");
      stage.server.on("/bot", `<Connect><Stream url="${bots.url}"/></Connect>`);
      const first = await stage.callIn("bot", "+12125550103");
      const bot = await nextBot(before, first);
      await lab.hangUp("+12125550103");
      await eventually("the bot's connection to be closed", () => bot.closed);
      expect(bot.messages.at(-1)?.event).toBe("stop");
      const second = await stage.callIn("bot", "+12125550104");
      const other = await nextBot(before + 1, second);
      await stage.engine().update(1, callSid(second), { document: { twiml: "<Response><Say>Changed</Say></Response>" } });
      await eventually("the bot's connection to be closed", () => other.closed);
      await gone(second);
      expect(stage.spoken).toEqual(["Changed"]);
    });
  });

  describe("<Start><Stream>", () => {
    it("copies both tracks while the document goes on, until <Stop>", async () => {
      const before = bots.streams.length;
      stage.program("copy");
      stage.server.on("/copy", `<Start><Stream url="${bots.url}" name="copy" track="both_tracks" statusCallback="/told"/></Start><Pause length="600"/>`);
      const caller = "+12125550105";
      const id = await stage.callIn("copy", caller);
      const bot = await nextBot(before, id);
      await eventually("the bot to hear the caller", () => sounds(bot, "inbound", lab.voice(caller)));
      expect(sounds(bot, "outbound", lab.voice(caller))).toBe(false);
      await stage.engine().update(1, callSid(id), { document: { twiml: '<Response><Say>Still here</Say><Stop><Stream name="copy"/></Stop><Say>Goodbye</Say></Response>' } });
      await eventually("the bot's connection to be closed", () => bot.closed);
      await gone(id);
      expect(stage.spoken).toEqual(["Still here", "Goodbye"]);
      expect(stage.told.filter(({ url }) => url.endsWith("/told")).map(({ form = [] }) => Object.fromEntries(form)["StreamEvent"])).toEqual(["stream-started", "stream-stopped"]);
      const stamps = bot.events("media").filter(({ media }) => media?.track === "inbound").map(({ media }) => Number(media?.timestamp));
      expect(stamps).toEqual(stamps.map((_, at) => at * 20));
    });
  });

  describe("a stream by the API", () => {
    it("copies a leg beside its program, which goes on, until it is stopped by name; and ends with the call", async () => {
      const before = bots.streams.length;
      stage.program("beside");
      stage.server.on("/beside", '<Gather numDigits="1" timeout="600" action="/pressed"/>');
      stage.server.on("/pressed", '<Say>Pressed</Say><Pause length="600"/>');
      const caller = "+12125550106";
      const id = await stage.callIn("beside", caller);
      await answered(id);
      const sid = callSid(id);
      const desk = stage.engine().legDesk;
      const wish = { url: bots.url, track: "both_tracks", name: "copy", parameters: { language: "en" }, statusCallback: { url: stage.server.url("/told"), method: "POST" } } as const;
      const stream = await desk.stream(1, sid, wish);
      const bot = await nextBot(before, id);
      expect([bot.sid, bot.events("start")[0]?.start?.customParameters]).toEqual([stream, { language: "en" }]);
      await eventually("the bot to hear the caller", () => sounds(bot, "inbound", lab.voice(caller)));
      await expect(desk.stream(1, sid, wish)).rejects.toMatchObject({ code: "Conflict" });
      await expect(desk.stream(2, sid, { ...wish, name: null })).rejects.toMatchObject({ code: "NotFound" });
      await expect(desk.stopStream(2, sid, "copy")).rejects.toMatchObject({ code: "NotFound" });
      await lab.press(caller, "7");
      await eventually("the program to go on", () => stage.spoken.includes("Pressed"));
      expect(await desk.stopStream(1, sid, "copy")).toEqual({ sid: stream, name: "copy" });
      await eventually("the bot's connection to be closed", () => bot.closed);
      await expect(desk.stopStream(1, sid, "copy")).rejects.toMatchObject({ code: "NotFound" });
      expect(stage.calls().scripts.leg(id)?.hungUp).toBe(false);

      await desk.stream(1, sid, { ...wish, name: null, track: "inbound_track" });
      const other = await nextBot(before + 1, id);
      await eventually("the second bot to hear the caller", () => sounds(other, "inbound", lab.voice(caller)));
      await lab.hangUp(caller);
      await eventually("the second bot's connection to be closed", () => other.closed);
      expect(other.messages.at(-1)?.event).toBe("stop");
      const told = () => stage.told.filter(({ url }) => url.endsWith("/told")).map(({ form = [] }) => [Object.fromEntries(form)["StreamEvent"], Object.fromEntries(form)["StreamSid"]]);
      // The connection is closed first.
      await eventually("the end of both to be told", () => told().length === 4);
      expect(told()).toEqual([["stream-started", stream], ["stream-stopped", stream], ["stream-started", other.sid], ["stream-stopped", other.sid]]);
      expect(notes(id)).toEqual([]);
    });

    it("that its program does not take is in the call's log, and the call goes on", async () => {
      const nobody = await startProgram();
      await nobody.close();
      stage.program("waits");
      stage.server.on("/waits", '<Say>Wait</Say><Pause length="600"/>');
      const id = await stage.callIn("waits");
      await answered(id);
      await stage.engine().legDesk.stream(1, callSid(id), { url: nobody.url, track: "inbound_track", name: null, parameters: {} });
      await eventually("the failure to be told", () => notes(id).length > 0);
      expect(notes(id)).toMatchObject([expect.stringMatching(/^31921 /)]);
      expect(stage.calls().scripts.leg(id)?.hungUp).toBe(false);
    });
  });
}
