import { createServer, type Server } from "node:http";
import { createServer as createPlainServer, type AddressInfo, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { StreamError } from "../../src/media/errors.js";
import { ProgramSocket, type SocketLimits } from "../../src/media/program-socket.js";
import { eventually } from "../lab/wait.js";
import { startProgram, type TestProgram } from "./program.js";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function program(onStream?: Parameters<typeof startProgram>[0]): Promise<TestProgram> {
  const started = await startProgram(onStream);
  closers.push(() => started.close());
  return started;
}

interface Opened {
  readonly socket: ProgramSocket;
  readonly texts: string[];
  readonly ends: (StreamError | null)[];
  readonly roundTrips: number[];
}

async function open(url: string, limits: Partial<SocketLimits> = {}, signal = new AbortController().signal): Promise<Opened> {
  const texts: string[] = [];
  const ends: (StreamError | null)[] = [];
  const roundTrips: number[] = [];
  const socket = await ProgramSocket.open(
    { url: new URL(url), headers: { "x-test": "1" }, lookup: undefined, limits, onMessage: (text) => texts.push(text), onEnd: (error) => ends.push(error), onRoundTrip: (ms) => roundTrips.push(ms) },
    signal,
  );
  closers.push(async () => socket.close());
  return { socket, texts, ends, roundTrips };
}

const ended = ({ ends }: Opened): Promise<StreamError | null | undefined> => eventually("the connection to end", () => (ends.length > 0 ? { end: ends[0] } : null)).then(({ end }) => end);

async function answering(answer: Parameters<Server["on"]>[1]): Promise<string> {
  const server = createServer();
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => sockets.add(socket));
  server.on("upgrade", answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

describe("the handshake", () => {
  it("sends the headers, and texts go both ways", async () => {
    const bot = await program((stream) => stream.socket.on("message", () => stream.socket.send("back")));
    const opened = await open(bot.url);
    opened.socket.send(JSON.stringify({ event: "hello" }));
    await eventually("the answer", () => (opened.texts.length > 0 ? true : null));
    expect(opened.texts).toEqual(["back"]);
    expect(bot.streams[0]?.request.headers["x-test"]).toBe("1");
    expect(bot.streams[0]?.messages).toEqual([{ event: "hello" }]);
  });

  it("fails with 31920 when it is answered with anything but 101", async () => {
    const url = await answering((_request: unknown, socket: { end: (text: string) => void }) => socket.end("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n"));
    await expect(open(url)).rejects.toMatchObject({ code: 31_920 });
  });

  it("fails with 31923 when its answer is malformed", async () => {
    const url = await answering((_request: unknown, socket: { write: (text: string) => void }) => socket.write("HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: nonsense\r\n\r\n"));
    await expect(open(url)).rejects.toMatchObject({ code: 31_923 });
  });

  it("fails with 31921 when nobody listens, or nobody answers in time", async () => {
    const bot = await program();
    await bot.close();
    await expect(open(bot.url)).rejects.toMatchObject({ code: 31_921 });
    const silent = await answering(() => undefined);
    await expect(open(silent, { handshakeMs: 50 })).rejects.toMatchObject({ code: 31_921 });
  });

  it("fails with 31910 when there is no TLS behind wss", async () => {
    const plain = createPlainServer((socket) => socket.end("no TLS here", () => socket.destroy()));
    await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
    closers.push(() => new Promise((resolve) => plain.close(() => resolve())));
    await expect(open(`wss://127.0.0.1:${(plain.address() as AddressInfo).port}/`)).rejects.toMatchObject({ code: 31_910 });
  });

  it("is called off by its signal", async () => {
    const silent = await answering(() => undefined);
    const off = new AbortController();
    const opening = open(silent, {}, off.signal);
    off.abort(new Error("enough"));
    await expect(opening).rejects.toThrow("enough");
  });
});

describe("a program that misbehaves", () => {
  it("ends its stream in order when it closes", async () => {
    const bot = await program((stream) => stream.socket.close(1000));
    expect(await ended(await open(bot.url))).toBeNull();
  });

  it("ends with 31921 when it is gone without a word", async () => {
    const bot = await program((stream) => stream.socket.terminate());
    expect(await ended(await open(bot.url))).toMatchObject({ code: 31_921 });
  });

  it("ends with 31924 for a binary message", async () => {
    const bot = await program((stream) => stream.socket.send(Buffer.alloc(10)));
    const opened = await open(bot.url);
    expect(await ended(opened)).toMatchObject({ code: 31_924 });
    expect(opened.texts).toEqual([]);
  });

  it("ends with 31924 for a message of a megabyte", async () => {
    const bot = await program((stream) => stream.socket.send("x".repeat(1_048_576)));
    expect(await ended(await open(bot.url))).toMatchObject({ code: 31_924 });
  });

  it("ends with 31921 when it reads nothing", async () => {
    const bot = await program((stream) => stream.socket.pause());
    const opened = await open(bot.url, { closeMs: 10 });
    const text = "x".repeat(64 * 1024);
    const feed = setInterval(() => {
      for (let count = 0; count < 20; count++) opened.socket.send(text);
    }, 1);
    try {
      expect(await ended(opened)).toMatchObject({ code: 31_921 });
    } finally {
      clearInterval(feed);
    }
  });

  it("is cut off when it does not close after our close", async () => {
    const bot = await program((stream) => stream.socket.pause());
    const opened = await open(bot.url, { closeMs: 10 });
    opened.socket.close();
    await eventually("the connection to be cut", () => {
      bot.streams[0]?.socket.resume();
      return bot.streams[0]?.closed === true ? true : null;
    });
    expect(opened.ends).toEqual([]);
  });

  it("has its round trip measured", async () => {
    const bot = await program();
    const opened = await open(bot.url, { pingMs: 5 });
    await eventually("a round trip", () => (opened.roundTrips.length > 0 ? true : null));
    expect(opened.roundTrips[0]).toBeGreaterThan(0);
  });
});

it("reads nothing while it is held, loses nothing, and hears the close all the same", async () => {
  const bot = await program((stream) => stream.socket.send("first"));
  const opened = await open(bot.url);
  await eventually("the first", () => opened.texts.length === 1);
  opened.socket.hold(60_000);
  const [stream] = bot.streams;
  for (let n = 0; n < 100; n++) stream?.socket.send(`${n}`);
  await new Promise<void>((resolve) => stream?.socket.send("last", () => resolve()));
  expect(opened.texts).toEqual(["first"]);
  opened.socket.hold(1);
  await eventually("the others", () => opened.texts.at(-1) === "last");
  expect(opened.texts).toHaveLength(102);
  opened.socket.hold(60_000);
  opened.socket.close();
  await eventually("the close", () => stream?.closed === true);
});
