/** An event socket that says what it is told to: it feeds ours and stock modesl alike, from a process of its own. */
import { createServer, type AddressInfo, type Socket } from "node:net";
import { z } from "zod";
import { serve } from "./support/child.js";
import { eventStream, type EventStream, type WireFormat } from "./support/recorded-events.js";

/** One TCP segment of an Ethernet. */
const SEGMENT_BYTES = 1448;

const format = z.enum(["plain", "json"]);
const streams = new Map<WireFormat, EventStream>();
const subscribers = new Map<WireFormat, Socket>();
let bigBody: Buffer = Buffer.alloc(0);
let channelLists = 0;

const reply = (text: string): string => `Content-Type: command/reply\nReply-Text: ${text}\n\n`;
const response = (body: string): string => `Content-Type: api/response\nContent-Length: ${Buffer.byteLength(body)}\n\n${body}`;

function answer(socket: Socket, command: string): void {
  const subscription = /^event (plain|json)/.exec(command)?.[1];
  if (command === "api big") {
    const frame = Buffer.concat([Buffer.from(`Content-Type: api/response\nContent-Length: ${bigBody.length}\n\n`), bigBody]);
    for (let at = 0; at < frame.length; at += SEGMENT_BYTES) socket.write(frame.subarray(at, at + SEGMENT_BYTES));
  } else if (command.startsWith("api show ")) {
    if (command.includes("channels")) channelLists++;
    socket.write(response('{"row_count": 0}\n'));
  } else if (command.startsWith("api ")) {
    socket.write(response("bench"));
  } else if (command === "exit") {
    socket.end(reply("+OK bye"));
  } else {
    if (subscription !== undefined) subscribers.set(format.parse(subscription), socket);
    socket.write(reply("+OK accepted"));
  }
}

const server = createServer((socket) => {
  let text = "";
  socket.setNoDelay(true);
  socket.on("error", () => undefined);
  socket.write("Content-Type: auth/request\n\n");
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
    const commands = text.split("\n\n");
    text = commands.pop() ?? "";
    for (const command of commands) answer(socket, command.split("\n", 1)[0] ?? "");
  });
});

/** Rows such as `show channels as json` gives, up to this many bytes. */
function rows(bytes: number): Buffer {
  const row = JSON.stringify({ uuid: "0b5f6a2e-0000-4000-8000-000000000000", direction: "inbound", state: "CS_EXECUTE", application: "bridge", application_data: "user/1001@lab.test" });
  return Buffer.from(`[${`${row},`.repeat(Math.ceil(bytes / row.length))}`).subarray(0, bytes);
}

serve({
  listen: async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const isAddress = (address: AddressInfo | string | null): address is AddressInfo => typeof address === "object" && address !== null;
    const address = server.address();
    if (!isAddress(address)) throw new Error("the feeder does not listen");
    return address.port;
  },
  prepareEvents: (count) => {
    for (const wire of format.options) streams.set(wire, eventStream(wire, z.number().parse(count)));
    return { liveAfter: streams.get("plain")?.liveAfter ?? 0, plainBytes: streams.get("plain")?.bytes.length ?? 0, jsonBytes: streams.get("json")?.bytes.length ?? 0 };
  },
  prepareReply: (bytes) => {
    bigBody = rows(z.number().parse(bytes));
  },
  channelLists: () => channelLists,
  /** Answers when the first bytes are on their way. */
  feed: (wire) => {
    const stream = streams.get(format.parse(wire));
    const socket = subscribers.get(format.parse(wire));
    if (stream === undefined || socket === undefined) throw new Error("nothing to feed, or nobody");
    socket.write(stream.bytes);
  },
});
