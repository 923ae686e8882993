import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { Frame, Frames } from "../../src/http/live/frame.js";

let client: WebSocket;
let wire: Socket;
const received: string[] = [];
const http = createServer();
const server = new WebSocketServer({ server: http });
beforeAll(async () => {
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  const connected = new Promise<void>((resolve) => {
    server.once("connection", (_socket, request) => {
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
