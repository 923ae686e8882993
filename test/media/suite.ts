/** Live audio on a FreeSWITCH, by what programs hear and what people hear; once for the simulated switch and once for a real one. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { StreamEnd, StreamRequest, Streams } from "../../src/media/index.js";
import { FRAME_BYTES } from "../../src/media/frames.js";
import { fromMulaw, toMulaw } from "../../src/g711.js";
import { openStage, type Stage } from "../contract/harness.js";
import { Follower } from "../contract/suites/follower.js";
import { newCustomer, ok, refused, talkingWith } from "../contract/suites/steps.js";
import { analyse } from "../lab/tones.js";
import { encodeChannelState } from "../../src/calls/channel-state.js";
import { channelUuid, commands, endpoints } from "../../src/freeswitch/index.js";
import { EslClient } from "../lab/esl-client.js";
import type { Lab, Party } from "../lab/types.js";
import { eventually } from "../lab/wait.js";
import { verifySignature } from "../../src/outbound/index.js";
import { startProgram, type ProgramStream, type TestProgram } from "./program.js";

const ACCOUNT = { accountSid: "AC00000000000000000000000000000001", authToken: "0123456789abcdef0123456789abcdef" };
/** Of the program; no party's, nor a multiple of one. */
const [PROGRAM_TONE, OTHER_TONE] = [455, 525];

function tone(frequency: number, ms: number): Buffer {
  const pcm = Buffer.alloc(16 * ms);
  for (let at = 0; at < 8 * ms; at++) pcm.writeInt16LE(Math.round(8000 * Math.sin((2 * Math.PI * frequency * at) / 8000)), at * 2);
  return toMulaw(pcm);
}

/** Which of the tones a program hears on the track now. */
function hearsOn(stream: ProgramStream, track: string, frequencies: readonly number[]): number[] {
  const mulaw = stream.audio(track);
  const pcm = fromMulaw(mulaw);
  const heard = analyse({ rate: 8000, samples: Float64Array.from({ length: mulaw.length }, (_, at) => pcm.readInt16LE(at * 2) / 32_768) }, frequencies);
  return mulaw.length < 25 * FRAME_BYTES ? [] : frequencies.filter((frequency) => heard.frequencies.has(frequency));
}

/** @param speaks makes a party speak other codecs, where there is audio on the way */
export function liveAudioSuite<L extends Lab & { readonly recordingsDir?: string }>(openLab: () => Promise<L>, speaks?: (lab: L, party: Party, codecs: string) => void): void {
  let opened: L;
  let stage: Stage;
  let streams: Streams;
  let program: TestProgram;

  beforeAll(async () => {
    opened = await openLab();
    stage = await openStage(opened, { OUTBOUND_ALLOWED: "127.0.0.0/8" }, { onStreams: (made) => (streams = made) });
    program = await startProgram();
  }, 60_000);
  afterEach(async () => {
    await stage.clear();
  });
  afterAll(async () => {
    await program.close();
    await stage.close();
    await stage.lab.close();
  });

  const request = (overrides: Partial<StreamRequest> = {}): StreamRequest => ({ ...ACCOUNT, organizationId: 1, callSid: "CA00000000000000000000000000000001", url: program.url, parameters: { name: "Ada" }, ...overrides });
  /** The next connection of the program, once its stream has started. */
  const nextStream = async (before: number): Promise<ProgramStream> =>
    eventually("the program to be connected", () => {
      const stream = program.streams[before];
      return stream !== undefined && stream.sid !== "" ? stream : null;
    });
  const hears = (stream: ProgramStream, track: string, ...parties: readonly Party[]): Promise<true> => {
    let last: readonly number[] = [];
    const all = [...new Set(["1001", "1002", "1003", ...parties])];
    const wanted = parties.map((party) => stage.lab.voice(party)).sort();
    return eventually(`the program to hear ${parties.join(", ") || "nobody"} on ${track}`, () => JSON.stringify((last = hearsOn(stream, track, [...new Set(all.map((party) => stage.lab.voice(party)))]).sort())) === JSON.stringify(wanted), { details: () => `heard ${last.join(", ")}; voices: ${all.map((party) => `${party} ${stage.lab.voice(party)}`).join(", ")}` });
  };
  /** A customer whose voice is none of the agents'. */
  const distinctCustomer = (): string => {
    // The real lab gives each who speaks another tone.
    if (stage.lab.kind === "real") return newCustomer();
    const taken = ["1001", "1002", "1003"].map((agent) => stage.lab.voice(agent));
    let customer = newCustomer();
    while (taken.includes(stage.lab.voice(customer))) customer = newCustomer();
    return customer;
  };
  const talking = () => talkingWith(stage, "1001", distinctCustomer());
  /** The program speaks for as long as that takes. */
  const personHears = async (stream: ProgramStream, party: Party, frequency: number, is: boolean): Promise<void> => {
    await eventually(`${party} ${is ? "to hear" : "not to hear"} ${frequency} Hz`, async () => {
      stream.media(tone(frequency, 1500));
      await eventually("the program's tone to be on its way", () => new Promise<true>((resolve) => setTimeout(() => resolve(true), 300)));
      const heard = await stage.lab.hearsTones(party, [frequency]);
      stream.clear();
      return heard.has(frequency) === is;
    });
  };
  /** A caller who is answered and parked, with nothing that plays. */
  const parked = async (customer = distinctCustomer()): Promise<{ readonly id: string; readonly customer: string }> => {
    const id = await stage.lab.callIn({ from: customer, to: "1001" });
    await stage.as.admin.sees(id, { state: "active" });
    ok(await stage.as.admin.post(`/voicechannel/calls/${id}:park`));
    await stage.as.admin.sees(id, { state: "parked" });
    return { id, customer };
  };

  describe("both directions of a parked leg", () => {
    it("carry the caller's voice to the program and the program's to the caller, until the program closes", async () => {
      const { id, customer } = await parked();
      const before = program.streams.length;
      const ended = streams.connect(id, request(), new AbortController().signal);
      const stream = await nextStream(before);
      expect(stream.messages.slice(0, 2).map(({ event }) => event)).toEqual(["connected", "start"]);
      expect(stream.messages[1]?.start).toMatchObject({ accountSid: ACCOUNT.accountSid, callSid: "CA00000000000000000000000000000001", tracks: ["inbound"], customParameters: { name: "Ada" } });
      expect(verifySignature([ACCOUNT.authToken], { url: program.url, signature: stream.request.headers["x-twilio-signature"]?.toString() })).toBe(true);
      await hears(stream, "inbound", customer);
      await personHears(stream, customer, PROGRAM_TONE, true);
      stream.socket.close();
      expect(await ended).toMatchObject({ reason: "peer" });
      expect(await stage.as.admin.call(id)).toMatchObject({ state: "parked" });
    });

    it("are silent at once after clear, with the marks back in order", async () => {
      const { id, customer } = await parked();
      const before = program.streams.length;
      const ended = streams.connect(id, request(), new AbortController().signal);
      const stream = await nextStream(before);
      await hears(stream, "inbound", customer);
      stream.media(tone(PROGRAM_TONE, 30_000));
      stream.mark("first");
      stream.media(tone(PROGRAM_TONE, 30_000));
      stream.mark("second");
      await eventually("the caller to hear it", async () => (await stage.lab.hearsTones(customer, [PROGRAM_TONE])).has(PROGRAM_TONE));
      expect(stream.events("mark")).toEqual([]);
      stream.clear();
      await eventually("the marks", () => stream.events("mark").length === 2);
      expect(stream.events("mark").map(({ mark }) => mark?.name)).toEqual(["first", "second"]);
      await eventually("silence", async () => !(await stage.lab.hearsTones(customer, [PROGRAM_TONE])).has(PROGRAM_TONE));
      stream.media(tone(OTHER_TONE, 200));
      stream.mark("third");
      await eventually("the third mark", () => stream.events("mark").length === 3);
      stream.socket.close();
      await ended;
    });

    it("tell the keys that the caller presses, and end with the caller's hangup", async () => {
      const { id, customer } = await parked();
      const before = program.streams.length;
      const ended = streams.connect(id, request(), new AbortController().signal);
      const stream = await nextStream(before);
      await hears(stream, "inbound", customer);
      await stage.lab.press(customer, "42");
      await eventually("the keys", () => stream.events("dtmf").length === 2);
      expect(stream.events("dtmf").map(({ dtmf }) => dtmf?.digit)).toEqual(["4", "2"]);
      await stage.lab.hangUp(customer);
      expect(await ended).toMatchObject({ reason: "call-ended" });
      await eventually("the program's connection to be closed", () => stream.closed);
      expect(stream.messages.at(-1)).toMatchObject({ event: "stop", streamSid: stream.sid });
    });

    it("work again for the next program, on the same leg", async () => {
      const { id, customer } = await parked();
      for (let round = 0; round < 2; round++) {
        const before = program.streams.length;
        const off = new AbortController();
        const ended = streams.connect(id, request(), off.signal);
        const stream = await nextStream(before);
        await hears(stream, "inbound", customer);
        off.abort();
        expect(await ended).toMatchObject({ reason: "stopped" });
      }
    });

    it.runIf(speaks !== undefined)("have the speed of µ-law for a phone that speaks opus", async () => {
      const customer = distinctCustomer();
      // The agent's phone speaks PCMU alone, and is offered what the caller offers.
      speaks?.(opened, customer, "OPUS,PCMU");
      const { id } = await parked(customer);
      const before = program.streams.length;
      const ended = streams.connect(id, request(), new AbortController().signal);
      const stream = await nextStream(before);
      await hears(stream, "inbound", customer);
      await personHears(stream, customer, PROGRAM_TONE, true);
      stream.socket.close();
      await ended;
    });

    it("do not begin for a program that is not there, and the leg is as it was", async () => {
      const { id } = await parked();
      const gone = await startProgram();
      await gone.close();
      expect(await streams.connect(id, request({ url: gone.url }), new AbortController().signal)).toMatchObject({ reason: "error", error: { code: 31_921 } });
      expect(await streams.connect(id, request({ url: "https://example.org/" }), new AbortController().signal)).toMatchObject({ reason: "error", error: { code: 31_922 } });
      expect(await stage.as.admin.call(id)).toMatchObject({ state: "parked" });
    });
  });

  describe("a copy of a leg", () => {
    it("has each track alone, and goes on while the call is parked and joined again", async () => {
      const { id, customer } = await talking();
      const before = program.streams.length;
      const { sid, ended } = streams.start(id, "both_tracks", request({ name: "copy" }));
      const stream = await nextStream(before);
      expect(stream.sid).toBe(sid);
      await hears(stream, "inbound", customer);
      await hears(stream, "outbound", "1001");
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: "1002" }));
      await hears(stream, "outbound", "1002");
      await hears(stream, "inbound", customer);
      expect((await stage.as.admin.call(id))?.supervision).toEqual([]);
      expect(streams.stop(id, "copy")).toMatchObject({ sid, name: "copy" });
      expect(await ended).toEqual({ reason: "stopped" } satisfies StreamEnd);
      expect(streams.stop(id, "copy")).toBeNull();
      expect(await stage.as.admin.call(id)).toMatchObject({ state: "active" });
    });

    it("ends when the program says something, or the caller hangs up", async () => {
      const { id, customer } = await talking();
      const before = program.streams.length;
      const first = streams.start(id, "inbound_track", request());
      const stream = await nextStream(before);
      await hears(stream, "inbound", customer);
      stream.clear();
      expect(await first.ended).toMatchObject({ reason: "error", error: { code: 31_924 } });
      const second = streams.start(id, "inbound_track", request());
      await hears(await nextStream(before + 1), "inbound", customer);
      await stage.lab.hangUp(customer);
      expect(await second.ended).toMatchObject({ reason: "call-ended" });
    });

    it("that an earlier process has left is ended by the next one", async () => {
      const { id } = await talking();
      await stage.stopCallplane();
      const { port, password } = new URL(stage.lab.eslUrl);
      const esl = await EslClient.connect(Number(port), decodeURIComponent(password));
      try {
        const leg = channelUuid(id);
        const state = encodeChannelState({ v: 1, c: leg, r: "supervisor", F: { s: "MZ00000000000000000000000000000002", t: Date.now(), u: leg } });
        const { line } = commands.originate({ uuid: channelUuid("00000000-0000-4000-8000-000000000077"), endpoint: endpoints.copyOf(leg), variables: { presence_data: state }, timeoutS: 5 });
        expect(await esl.api(line)).toMatch(/^\+OK/);
        await eventually("the copy to be shown", async () => (await esl.api("show channels as json")).includes("loopback/"));
        await stage.startAgain();
        await eventually("the copy to have ended", async () => !(await esl.api("show channels as json")).includes("loopback/"));
        await stage.as.admin.sees(id, { state: "active", supervision: [] });
      } finally {
        esl.close();
        await stage.startAgain();
      }
    });

    it("is refused beyond four tracks, and for a name that is taken", async () => {
      const { id } = await talking();
      streams.start(id, "both_tracks", request({ name: "one" }));
      expect(() => streams.start(id, "inbound_track", request({ name: "one" }))).toThrow("under way already");
      streams.start(id, "both_tracks", request());
      expect(() => streams.start(id, "inbound_track", request())).toThrow("tracks at most");
    });
  });

  describe("a program that supervises", () => {
    const stream = (id: string, body: object): Promise<{ readonly status: number; readonly body: unknown }> => stage.as.carol.post(`/voicechannel/calls/${id}:stream`, body);

    it("listens, whispers to the agent, barges and listens again on one connection, then ends", async () => {
      const { id, customer } = await talking();
      const before = program.streams.length;
      const began = await stream(id, { url: program.url, mode: "listen", tracks: "both", parameters: { role: "coach" } });
      expect(began.status).toBe(201);
      const { id: sid } = began.body as { readonly id: string };
      const bot = await nextStream(before);
      expect(bot.sid).toBe(sid);
      expect(bot.messages[1]?.start?.customParameters).toEqual({ role: "coach" });
      await hears(bot, "inbound", customer);
      await hears(bot, "outbound", "1001");
      expect((await stage.as.carol.call(id))?.supervision).toMatchObject([{ agent: null, stream: sid, mode: "listen" }]);
      expect((await stage.as.alice.call(id))?.supervision).toEqual([]);
      await personHears(bot, "1001", PROGRAM_TONE, false);

      ok(await stream(id, { stream: sid, mode: "whisper" }));
      await personHears(bot, "1001", PROGRAM_TONE, true);
      await personHears(bot, customer, PROGRAM_TONE, false);
      expect((await stage.as.carol.call(id))?.supervision).toMatchObject([{ agent: null, stream: sid, mode: "whisper" }]);

      ok(await stream(id, { stream: sid, mode: "barge" }));
      await personHears(bot, customer, PROGRAM_TONE, true);
      await personHears(bot, "1001", PROGRAM_TONE, true);

      ok(await stream(id, { stream: sid, mode: "listen" }));
      await personHears(bot, "1001", PROGRAM_TONE, false);
      ok(await stream(id, { mode: "off" }));
      await eventually("the program's connection to be closed", () => bot.closed);
      expect(await stage.as.carol.call(id)).toMatchObject({ state: "active", supervision: [] });
      const acts = (await stage.audit()).filter(({ target, action }) => target === id && action.startsWith("supervision."));
      expect(acts.map(({ action, actor, detail }) => [action, actor, detail["mode"], detail["stream"]])).toEqual([
        ["supervision.start", "carol", "listen", sid],
        ["supervision.switch", "carol", "whisper", sid],
        ["supervision.switch", "carol", "barge", sid],
        ["supervision.switch", "carol", "listen", sid],
        ["supervision.end", "carol", "listen", sid],
      ]);
    });

    it("follows the call to another agent, and ends with it", async () => {
      const { id, customer } = await talking();
      const before = program.streams.length;
      expect((await stream(id, { url: program.url, mode: "whisper" })).status).toBe(201);
      const bot = await nextStream(before);
      await hears(bot, "inbound", "1001", customer);
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: "1002" }));
      await hears(bot, "inbound", "1002", customer);
      await personHears(bot, "1002", PROGRAM_TONE, true);
      await stage.lab.hangUp(customer);
      await eventually("the program's connection to be closed", () => bot.closed);
      expect(bot.messages.at(-1)?.event).toBe("stop");
    });

    it("is told to have ended before its call is, also where that was joined to another", async () => {
      const carol = await new Follower().open(stage.as.carol);
      try {
        await carol.sees("the snapshot", ({ type }) => type === "snapshot");
        for (const isJoined of [false, true]) {
          const older = isJoined ? await talking() : null;
          if (older !== null) ok(await stage.as.alice.post(`/voicechannel/calls/${older.id}:hold`));
          const { id } = await talking();
          const before = program.streams.length;
          const { id: sid } = (await stream(id, { url: program.url, mode: "listen" })).body as { readonly id: string };
          const bot = await nextStream(before);
          if (older !== null) ok(await stage.as.alice.post(`/voicechannel/calls/${id}:bridge`, { with: older.id }), 204);
          const now = older?.id ?? id;
          ok(await stage.as.admin.post(`/voicechannel/calls/${now}:hangup`));
          await carol.sees("the end of the call", ({ type, data }) => type === "call.ended" && data.call?.id === now);
          await eventually("the program's connection to be closed", () => bot.closed);
          const told = carol.told.filter(({ data }) => data.call?.id === now);
          expect(told.map(({ type }) => type).slice(-2)).toEqual(["call.supervision.ended", "call.ended"]);
          expect(told.at(-2)?.data).toMatchObject({ stream: sid, mode: "listen", reason: "call_ended", call: { state: "ended", supervision: [] } });
          const ends = (await stage.audit()).filter(({ action, detail }) => action === "supervision.end" && detail["stream"] === sid);
          expect(ends).toMatchObject([{ target: now, detail: { reason: "call_ended" } }]);
          await stage.clear();
        }
      } finally {
        carol.close();
      }
    });

    it("is refused to agents, to strangers, and for a program that is not there", async () => {
      const { id } = await talking();
      const body = { url: program.url, mode: "listen" };
      refused(await stage.as.alice.post(`/voicechannel/calls/${id}:stream`, body), 403, "Forbidden");
      expect((await stage.stranger.post(`/voicechannel/calls/${id}:stream`, body)).status).toBe(404);
      const gone = await startProgram();
      await gone.close();
      expect((await stream(id, { ...body, url: gone.url })).status).toBe(502);
      expect((await stream(id, { ...body, url: "wss://10.0.0.1/" })).status).toBe(502);
      expect((await stream(id, { mode: "listen" })).status).toBe(400);
      expect((await stream(id, { mode: "listen", stream: "MZ00000000000000000000000000000009" })).status).toBe(404);
      expect((await stage.as.carol.call(id))?.supervision).toEqual([]);
    });
  });

  it("lets who listens on this side hear what a leg's party says, alone, until nobody listens any more", async () => {
    const { id, customer } = await talking();
    const voices = [stage.lab.voice(customer), stage.lab.voice("1001")];
    const stop = new AbortController();
    let pcm = Buffer.alloc(0);
    for await (const piece of streams.listen(id, "said", stop.signal)) {
      pcm = Buffer.concat([pcm, piece]).subarray(-25 * 320);
      if (pcm.length < 25 * 320) continue;
      const heard = analyse({ rate: 8000, samples: Float64Array.from({ length: pcm.length / 2 }, (_, at) => pcm.readInt16LE(at * 2) / 32_768) }, voices);
      if (voices.filter((voice) => heard.frequencies.has(voice)).join() === String(stage.lab.voice(customer))) break;
    }
    const ended = new AbortController();
    const rest = (async () => {
      for await (const piece of streams.listen(id, "said", ended.signal)) expect(piece.length).toBeGreaterThan(0);
    })();
    await stage.lab.hangUp(customer);
    await rest;
  });
}
