/** A small voice application for the demonstration: it answers TwiML that connects the caller to a bot, and is the bot, which says what it hears. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";
import { DEMO_BOT_PATH } from "../voice-app/index.js";

export interface EchoBot {
  /** Of the TwiML. */
  readonly voiceUrl: string;
  /** Of the stream, for `<Stream>` and `calls/{id}:stream`. */
  readonly streamUrl: string;
  close(): Promise<void>;
}

/** Listeners at once: a demonstration has few calls. */
const MAX_STREAMS = 50;
const MAX_MESSAGE_BYTES = 64 * 1024;

/** The part of a message that the bot looks at. */
interface Message {
  readonly event?: unknown;
  readonly streamSid?: unknown;
  readonly media?: { readonly payload?: unknown };
  readonly dtmf?: { readonly digit?: unknown };
}

function read(text: string): Message {
  try {
    const message: unknown = JSON.parse(text);
    return typeof message === "object" && message !== null ? message : {};
  } catch {
    return {};
  }
}

function converse(socket: WebSocket): void {
  socket.on("error", () => socket.terminate());
  socket.on("message", (data) => {
    const { event, streamSid, media, dtmf } = read(Buffer.isBuffer(data) ? data.toString("utf8") : "");
    if (event === "media") socket.send(JSON.stringify({ event, streamSid, media: { payload: media?.payload } }));
    // The caller has had enough.
    else if (event === "dtmf" && dtmf?.digit === "#") socket.close(1000);
  });
}

/** Listens on loopback alone, on a port that the system chooses. */
export async function startEchoBot(): Promise<EchoBot> {
  const server = createServer((_request, response) => {
    const { port } = addressOf();
    response.writeHead(200, { "content-type": "text/xml" });
    response.end(`<?xml version="1.0" encoding="UTF-8"?><Response><Say>You hear yourself. Press the pound key to stop.</Say><Connect><Stream url="ws://127.0.0.1:${port}/stream"/></Connect><Say>Goodbye.</Say></Response>`);
  });
  const addressOf = (): AddressInfo => {
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("The echo bot has no port.");
    return address;
  };
  const sockets = new WebSocketServer({ server, maxPayload: MAX_MESSAGE_BYTES });
  sockets.on("connection", (socket) => {
    if (sockets.clients.size > MAX_STREAMS) socket.close(1013);
    else converse(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve());
  });
  const { port } = addressOf();
  return {
    voiceUrl: `http://127.0.0.1:${port}${DEMO_BOT_PATH}`,
    streamUrl: `ws://127.0.0.1:${port}/stream`,
    close: async () => {
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
