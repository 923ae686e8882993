import { describe, expect, it } from "vitest";
import { newCounts, type StreamCounts } from "../../src/media/counts.js";
import type { StreamEnd } from "../../src/media/errors.js";
import { FRAME_BYTES } from "../../src/media/frames.js";
import type { Track } from "../../src/media/messages.js";
import { SILENCE, toMulaw } from "../../src/g711.js";
import { Pacer } from "../../src/media/pacer.js";
import { MediaStream } from "../../src/media/stream.js";
import { ManualTime } from "./manual-time.js";

const SID = "MZ00000000000000000000000000000001";

interface Message {
  readonly event: string;
  readonly sequenceNumber?: string;
  readonly streamSid?: string;
  readonly media?: { readonly track: string; readonly chunk: string; readonly timestamp: string; readonly payload: string };
  readonly mark?: { readonly name: string };
}

interface Bench {
  readonly time: ManualTime;
  readonly stream: MediaStream;
  readonly played: Buffer[];
  readonly counts: StreamCounts;
  readonly ends: StreamEnd[];
  readonly warnings: string[];
  readonly holds: number[];
  readonly sent: (event?: string) => Message[];
  readonly say: (message: object) => void;
}

function bench({ tracks = ["inbound"], oneWay = false }: { readonly tracks?: readonly Track[]; readonly oneWay?: boolean } = {}): Bench {
  const time = new ManualTime();
  const messages: Message[] = [];
  const played: Buffer[] = [];
  const ends: StreamEnd[] = [];
  const warnings: string[] = [];
  const holds: number[] = [];
  const counts = newCounts();
  const stream = new MediaStream({
    start: { accountSid: "AC1", callSid: "CA1", streamSid: SID, tracks, customParameters: { name: "Ada" } },
    play: oneWay ? null : (mulaw) => played.push(mulaw),
    send: (text) => messages.push(JSON.parse(text) as Message),
    pacer: new Pacer({ time, onError: (error) => expect.fail(String(error)) }),
    now: () => time.now(),
    counts,
    onEnd: (end) => ends.push(end),
    hold: (ms) => holds.push(ms),
    onWarning: (text) => warnings.push(text),
  });
  const say = (message: object): void => stream.message(JSON.stringify({ streamSid: SID, ...message }));
  return { time, stream, played, counts, ends, warnings, holds, sent: (event) => messages.filter((message) => event === undefined || message.event === event), say };
}

const media = (bytes: Buffer): object => ({ event: "media", media: { payload: bytes.toString("base64") } });
const mark = (name: string): object => ({ event: "mark", mark: { name } });

describe("a program that sends marks and clears without end", () => {
  it.each([["clear", { event: "clear" }], ["mark", mark("again")], ["media of nothing", media(Buffer.alloc(0))]])("is read more slowly, is told of once, and counted: %s", (_what, message) => {
    const { time, say, holds, warnings, counts, ends } = bench();
    for (let n = 0; n < 1000; n++) say(message);
    expect([holds, warnings]).toEqual([[], []]);
    for (let n = 0; n < 50; n++) say(message);
    expect([holds.length, holds[0], holds.at(-1), warnings.length, counts.held]).toEqual([50, 10, 500, 1, 50]);
    // After that time it has one more.
    time.pass(510);
    say(message);
    expect([holds.length, ends]).toEqual([50, []]);
  });
});

describe("the messages to a program", () => {
  it("are Twilio's to the letter", () => {
    const { stream, time, sent, say } = bench();
    const pcm = Buffer.alloc(320, 3);
    stream.audio("inbound", pcm);
    time.pass(20);
    stream.audio("inbound", pcm);
    stream.digit("5");
    say(mark("hello"));
    stream.end({ reason: "call-ended" });
    const payload = toMulaw(pcm).toString("base64");
    expect(sent()).toEqual([
      { event: "connected", protocol: "Call", version: "1.0.0" },
      { event: "start", sequenceNumber: "1", start: { accountSid: "AC1", streamSid: SID, callSid: "CA1", tracks: ["inbound"], mediaFormat: { encoding: "audio/x-mulaw", sampleRate: 8000, channels: 1 }, customParameters: { name: "Ada" } }, streamSid: SID },
      { event: "media", sequenceNumber: "2", media: { track: "inbound", chunk: "1", timestamp: "0", payload }, streamSid: SID },
      { event: "media", sequenceNumber: "3", media: { track: "inbound", chunk: "2", timestamp: "20", payload }, streamSid: SID },
      { event: "dtmf", streamSid: SID, sequenceNumber: "4", dtmf: { track: "inbound_track", digit: "5" } },
      { event: "mark", sequenceNumber: "5", streamSid: SID, mark: { name: "hello" } },
      { event: "stop", sequenceNumber: "6", streamSid: SID, stop: { accountSid: "AC1", callSid: "CA1" } },
    ]);
  });

  it("count the chunks of each track on their own, in packets of 20 ms however the audio came", () => {
    const { stream, sent } = bench({ tracks: ["inbound", "outbound"], oneWay: true });
    stream.audio("inbound", Buffer.alloc(480));
    stream.audio("outbound", Buffer.alloc(640));
    stream.audio("inbound", Buffer.alloc(160));
    const chunks = sent("media").map(({ media: part }) => `${part?.track} ${part?.chunk} ${part?.timestamp}`);
    expect(chunks).toEqual(["inbound 1 0", "outbound 1 0", "outbound 2 20", "inbound 2 20"]);
  });

  it("run on with silence while no audio comes, so that the time is right", () => {
    const { stream, time, sent, counts } = bench();
    stream.audio("inbound", Buffer.alloc(320));
    time.pass(1000);
    const stamps = sent("media").map(({ media: part }) => Number(part?.timestamp));
    expect(stamps).toEqual(stamps.map((_, at) => at * 20));
    expect(stamps.at(-1)).toBeGreaterThanOrEqual(900);
    expect(stamps.at(-1)).toBeLessThanOrEqual(1000);
    expect(counts.gaps).toBe(stamps.length - 1);
    expect(sent("media").at(-1)?.media?.payload).toBe(Buffer.alloc(FRAME_BYTES, SILENCE).toString("base64"));
  });

  it("lose nothing when this process was held up, and the audio comes all at once", () => {
    const { stream, time, sent, counts } = bench();
    for (let at = 0; at < 50; at++) {
      stream.audio("inbound", Buffer.alloc(320, 1));
      time.pass(20);
    }
    time.stall(400);
    time.pass(1);
    for (let at = 0; at < 20; at++) stream.audio("inbound", Buffer.alloc(320, 1));
    expect(sent("media")).toHaveLength(70);
    expect(counts).toMatchObject({ gaps: 0, late: 0 });
  });

  it("make up for packets that were lost on the way", () => {
    const { stream, time, sent } = bench();
    for (let at = 0; at < 300; at++) {
      // Every tenth is lost.
      if (at % 10 !== 0) stream.audio("inbound", Buffer.alloc(320, 1));
      time.pass(20);
    }
    expect(Math.abs(Number(sent("media").at(-1)?.media?.timestamp) - time.now())).toBeLessThan(300);
  });
});

describe("what a program sends", () => {
  it("is paced, whatever its length, and a mark is answered when it is reached", () => {
    const { time, played, sent, say } = bench();
    say(media(Buffer.alloc(5 * FRAME_BYTES, 9)));
    say(mark("end"));
    time.pass(80);
    expect(played).toHaveLength(4);
    expect(sent("mark")).toEqual([]);
    time.pass(20);
    expect(played).toHaveLength(5);
    expect(sent("mark").map((message) => message.mark?.name)).toEqual(["end"]);
  });

  it("is silent at once after clear, and its marks come back in order", () => {
    const { time, played, sent, say, counts } = bench();
    say(media(Buffer.alloc(100 * FRAME_BYTES)));
    say(mark("one"));
    say(media(Buffer.alloc(100 * FRAME_BYTES)));
    say(mark("two"));
    time.pass(100);
    say({ event: "clear" });
    expect(sent("mark").map((message) => message.mark?.name)).toEqual(["one", "two"]);
    time.pass(500);
    expect(played).toHaveLength(5);
    expect(counts.cleared).toBe(195);
    say(media(Buffer.alloc(FRAME_BYTES)));
    time.pass(20);
    expect(played).toHaveLength(6);
  });

  it.each<readonly [what: string, text: string]>([
    ["no JSON", "{"],
    ["no object", "[]"],
    ["an unknown event", JSON.stringify({ event: "dance", streamSid: SID })],
    ["media without audio", JSON.stringify({ event: "media", streamSid: SID, media: {} })],
    ["audio that is no base64", JSON.stringify({ event: "media", streamSid: SID, media: { payload: "ä" } })],
    ...["A", "AA A", "AAAA\n", "AAA=AAAA", "AAAA===", "AA*A"].map((payload) => [`audio that is no base64, ${JSON.stringify(payload)}`, JSON.stringify({ event: "media", streamSid: SID, media: { payload } })] as const),
    ["a mark without a name", JSON.stringify({ event: "mark", streamSid: SID, mark: {} })],
    ["no streamSid", JSON.stringify({ event: "clear" })],
  ])("ends the stream with 31924 when it is %s", (_what, text) => {
    const { stream, ends, sent } = bench();
    stream.message(text);
    expect(ends).toMatchObject([{ reason: "error", error: { code: 31_924 } }]);
    expect(sent().at(-1)?.event).toBe("stop");
  });

  it("is passed over for another stream, with one warning, and ends the stream when that goes on", () => {
    const { stream, ends, warnings } = bench();
    const stray = JSON.stringify({ event: "clear", streamSid: "MZother" });
    for (let count = 0; count < 10; count++) stream.message(stray);
    expect(ends).toEqual([]);
    expect(warnings).toHaveLength(1);
    stream.message(stray);
    expect(ends).toMatchObject([{ error: { code: 31_924 } }]);
  });

  it("ends a stream that only listens", () => {
    const { say, ends } = bench({ oneWay: true });
    say({ event: "clear" });
    expect(ends).toMatchObject([{ error: { code: 31_924 } }]);
  });

  it("ends the stream when it is faster than real time for long, or has marks without end", () => {
    const fast = bench();
    const second = Buffer.alloc(60 * 8000);
    for (let count = 0; count < 6; count++) fast.say(media(second));
    expect(fast.ends).toMatchObject([{ reason: "error", error: { code: 31_924 } }]);
    const marks = bench();
    marks.say(media(Buffer.alloc(8000)));
    for (let count = 0; count < 1001; count++) marks.say(mark("m"));
    expect(marks.ends).toMatchObject([{ reason: "error", error: { code: 31_924 } }]);
  });

  it("is told stop once, and nothing after it", () => {
    const { stream, time, sent, say } = bench();
    stream.end({ reason: "stopped" });
    stream.end({ reason: "peer" });
    stream.audio("inbound", Buffer.alloc(320));
    stream.digit("1");
    say(mark("late"));
    time.pass(200);
    expect(sent().map(({ event }) => event)).toEqual(["connected", "start", "stop"]);
  });
});
