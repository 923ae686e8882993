import { describe, expect, it } from "vitest";
import { Framer, FramingError } from "../../src/freeswitch/framer.js";
import { recording } from "../support/recordings.js";
import { apiResponse, commandReply, seededRandom, wireFrames } from "./wire.js";

interface Seen {
  readonly contentType: string;
  readonly replyText: string;
  readonly body: string;
}

function framesOf(chunks: Iterable<Buffer>, limits = {}): Seen[] {
  const seen: Seen[] = [];
  const framer = new Framer((frame) => {
    seen.push({ contentType: frame.contentType, replyText: frame.header("Reply-Text"), body: frame.body.toString("latin1") });
  }, limits);
  for (const chunk of chunks) framer.push(chunk);
  return seen;
}

function* chunked(stream: Buffer, nextSize: () => number): Generator<Buffer> {
  for (let at = 0; at < stream.length; ) {
    const size = Math.max(1, nextSize());
    yield Buffer.from(stream.subarray(at, at + size));
    at += size;
  }
}

describe("the framer", () => {
  const recorded = ["handshake", "registration", "wrong-password", "state-in-presence-data", "conference"].flatMap((name) => wireFrames(recording(name)));
  const stream = Buffer.concat(recorded.map(({ bytes }) => bytes));
  const expected = recorded.map(({ contentType, replyText, body }) => ({ contentType, replyText, body }));

  it("gives a recorded stream's frames when it comes whole", () => {
    expect(expected.length).toBeGreaterThan(150);
    expect(framesOf([stream])).toEqual(expected);
  });

  it("gives the same frames byte by byte", () => {
    expect(framesOf(chunked(stream, () => 1))).toEqual(expected);
  });

  it.each(Array.from({ length: 40 }, (_, seed) => seed))("gives the same frames however the stream is cut (seed %i)", (seed) => {
    const random = seededRandom(seed);
    // Sizes of all orders, so that cuts fall into header blocks, blank lines and bodies alike.
    expect(framesOf(chunked(stream, () => Math.floor(2 ** (random() * 15))))).toEqual(expected);
  });

  it.each([1448, 4096, 65_536])("gives the same frames in chunks of %i bytes", (size) => {
    expect(framesOf(chunked(stream, () => size))).toEqual(expected);
  });

  it("finds the blank line wherever it is cut, and a body that begins with line feeds", () => {
    const bytes = Buffer.concat([apiResponse("\n\nfirst"), commandReply("+OK"), apiResponse("")]);
    for (let cut = 1; cut < bytes.length; cut++) {
      expect(framesOf([Buffer.from(bytes.subarray(0, cut)), Buffer.from(bytes.subarray(cut))]).map(({ body }) => body), `cut at ${cut}`).toEqual(["\n\nfirst", "", ""]);
    }
  });

  it("leaves a percent sign in a reply as it is", () => {
    expect(framesOf([commandReply("-ERR 100% of %zz")])[0]?.replyText).toBe("-ERR 100% of %zz");
  });

  it("gives a large body in small chunks whole", () => {
    const body = Buffer.alloc(3_000_000, "0123456789").toString("latin1");
    const [seen] = framesOf(chunked(apiResponse(body), () => 1448));
    expect(seen?.body === body).toBe(true);
  });

  it("is not disturbed when a chunk's memory is used again, as long as the frame has been handled", () => {
    const shared = Buffer.alloc(7);
    const bodies: string[] = [];
    const framer = new Framer((frame) => bodies.push(frame.body.toString("latin1")));
    const bytes = Buffer.concat([apiResponse("hello world"), apiResponse("again")]);
    for (let at = 0; at < bytes.length; at += shared.length) {
      const length = bytes.copy(shared, 0, at);
      framer.push(shared.subarray(0, length));
    }
    expect(bodies).toEqual(["hello world", "again"]);
  });

  it("refuses a header block without end", () => {
    expect(() => framesOf(chunked(Buffer.alloc(2000, "x"), () => 100), { maxHeaderBytes: 1000 })).toThrow(FramingError);
    expect(() => framesOf([Buffer.alloc(2000, "x")], { maxHeaderBytes: 1000 })).toThrow(FramingError);
  });

  it("refuses a body above the limit before it reads it", () => {
    expect(() => framesOf([Buffer.from("Content-Length: 1001\n\n")], { maxBodyBytes: 1000 })).toThrow(FramingError);
  });

  it.each(["-1", "1e3", "12x", "0x10", "99999999999999999999"])("refuses the length %s", (length) => {
    expect(() => framesOf([Buffer.from(`Content-Type: api/response\nContent-Length: ${length}\n\n`)])).toThrow(FramingError);
  });

  it("says nothing more once it is stopped, also within a chunk", () => {
    const seen: string[] = [];
    const framer: Framer = new Framer((frame) => {
      seen.push(frame.body.toString());
      framer.stop();
    });
    framer.push(Buffer.concat([apiResponse("one"), apiResponse("two")]));
    framer.push(apiResponse("three"));
    expect(seen).toEqual(["one"]);
  });
});
