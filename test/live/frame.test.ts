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

it("the space of a moment is used again, grows with what is joined in a moment, and is left to what is kept", () => {
  const space = new Space();
  const part = (text: string, bytes: number) => Buffer.alloc(bytes, text);
  const moment = (text: string, bytes: number): Buffer => {
    const joined = space.join([part(text, bytes), part(text.toUpperCase(), 1)]);
    expect(joined.toString()).toBe(text.repeat(bytes) + text.toUpperCase());
    return joined;
  };
  moment("a", 10);
  space.end();
  const first = moment("b", 10);
  const beside = moment("c", 10);
  expect([beside.buffer === first.buffer, first.toString()]).toEqual([true, `${"b".repeat(10)}B`]);
  space.end();
  expect(moment("d", 10).buffer).toBe(first.buffer);
  space.keep();
  space.end();
  const next = moment("e", 10);
  expect([next.buffer === first.buffer, first.toString()]).toEqual([false, `${"d".repeat(10)}D`]);
  // More than there is room for goes elsewhere, and has room in the next moment.
  expect(moment("f", 500_000).buffer).not.toBe(next.buffer);
  space.end();
  const large = moment("g", 500_000);
  space.end();
  expect(moment("h", 500_000).buffer).toBe(large.buffer);
});
