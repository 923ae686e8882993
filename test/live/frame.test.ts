import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { Frame, Frames } from "../../src/http/live/frame.js";
import { Space } from "../../src/http/live/space.js";
import { WebSocketTransport } from "../../src/http/live/web-socket.js";
import { eventually } from "../lab/wait.js";

let client: WebSocket;
let wire: Socket;
let served: WebSocket;
const received: string[] = [];
const http = createServer();
const server = new WebSocketServer({ server: http });
beforeAll(async () => {
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  const connected = new Promise<void>((resolve) => {
    server.once("connection", (socket, request) => {
      served = socket;
      wire = request.socket;
      resolve();
    });
  });
  client = new WebSocket(`ws://127.0.0.1:${port}`);
  client.on("message", (data: Buffer, isBinary) => received.push(`${isBinary ? "binary" : "text"} ${data.toString("utf8")}`));
  await connected;
});
afterAll(async () => {
  client.terminate();
  server.close();
  await new Promise((resolve) => http.close(resolve));
});

const frame = (text: string, seq: number): Frame => new Frame({ id: `boot-${seq}`, type: "security.registration_failed", at: "2026-01-01T00:00:00.000Z", organization: null, data: { node: text, user: "", domain: "", address: "", failures: 1, banned: false } });

/** What a client reads of these bytes. */
async function read(bytes: Buffer, count: number): Promise<readonly string[]> {
  received.splice(0);
  const all = new Promise<void>((resolve) => {
    const look = (): void => {
      if (received.length < count) return;
      client.off("message", look);
      resolve();
    };
    client.on("message", look);
  });
  wire.write(bytes);
  await all;
  return [...received];
}

it("a frame is one text message of WebSocket, whatever its length", async () => {
  // With headers of four and ten bytes, and the longest and shortest of each.
  for (const length of [0, 200, 32_000, 32_600, 32_700, 33_000, 200_000]) {
    const one = frame("\u00fc".repeat(length), 1);
    expect(await read(one.webSocket, 1)).toEqual([`text ${one.json}`]);
  }
});

it("frames that go out together are the same messages in one piece, made once for all readers", async () => {
  const list = [frame("a", 1), frame("b".repeat(300), 2), frame("c", 3)];
  const frames = new Frames(list);
  expect(await read(frames.webSocket, 3)).toEqual(list.map(({ json }) => `text ${json}`));
  expect(frames.sse.toString()).toBe(list.map(({ sse }) => sse.toString()).join(""));
  expect([frames.webSocket === frames.webSocket, frames.sse === frames.sse]).toEqual([true, true]);
});

it("messages that were joined in the space of a moment reach a console that reads later, whatever goes out in the moments after", async () => {
  const space = new Space();
  const transport = new WebSocketTransport(served, wire, () => undefined);
  const expected: string[] = [];
  received.splice(0);
  const moment = (): void => {
    const list = [0, 1].map(() => frame(String(expected.length % 10).repeat(20_000), expected.push("") - 1));
    list.forEach(({ json }, index) => (expected[expected.length - 2 + index] = `text ${json}`));
    transport.send(new Frames(list, space));
    space.end();
  };
  client.pause();
  while (wire.writableLength === 0) moment();
  for (let more = 0; more < 20; more++) moment();
  expect(received.length).toBeLessThan(expected.length);
  client.resume();
  await eventually("all messages", () => received.length === expected.length);
  expect(received).toEqual(expected);
});

it("the space of a moment is used again, but for the blocks of what is kept", () => {
  const space = new Space();
  const part = (text: string, bytes: number) => Buffer.alloc(bytes, text);
  const moment = (text: string, bytes: number): Buffer => {
    const joined = space.join([part(text, bytes), part(text.toUpperCase(), 1)]);
    expect(joined.toString()).toBe(text.repeat(bytes) + text.toUpperCase());
    return joined;
  };
  const first = moment("a", 10);
  const beside = moment("b", 10);
  expect([beside.buffer === first.buffer, first.toString()]).toEqual([true, `${"a".repeat(10)}A`]);
  space.end();
  expect(moment("c", 10).buffer).toBe(first.buffer);
  // Another block, when the first has no room.
  const second = moment("d", 65_530);
  expect(second.buffer).not.toBe(first.buffer);
  space.keep(second);
  space.end();
  expect(moment("e", 10).buffer).toBe(first.buffer);
  const third = moment("f", 65_530);
  expect([third.buffer === second.buffer, second.toString()]).toEqual([false, `${"d".repeat(65_530)}D`]);
  space.end();
  // What is longer than a block has memory of its own, which need not be kept.
  const long = moment("g", 70_000);
  space.keep(long);
  space.end();
  expect([moment("h", 10).buffer, moment("i", 65_530).buffer]).toEqual([first.buffer, third.buffer]);
});

it("the space of a moment has a bound, behind which messages have memory of their own", () => {
  const space = new Space();
  const blocks = new Set(Array.from({ length: 70 }, () => space.join([Buffer.alloc(60_000)]).buffer));
  space.end();
  const again = Array.from({ length: 70 }, () => space.join([Buffer.alloc(60_000)]).buffer);
  expect(again.filter((buffer) => blocks.has(buffer))).toHaveLength(64);
});
