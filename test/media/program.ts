/** A program at the other end of streams, for tests: a WebSocket server as a bot's author would write one. */
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { WebSocketServer, type WebSocket } from "ws";

export interface ProgramMessage {
  readonly event: string;
  readonly sequenceNumber?: string;
  readonly streamSid?: string;
  readonly start?: { readonly accountSid: string; readonly streamSid: string; readonly callSid: string; readonly tracks: readonly string[]; readonly customParameters: Readonly<Record<string, string>> };
  readonly media?: { readonly track: string; readonly chunk: string; readonly timestamp: string; readonly payload: string };
  readonly mark?: { readonly name: string };
  readonly dtmf?: { readonly digit: string };
}

/** One connection of a stream. */
export class ProgramStream {
  readonly messages: ProgramMessage[] = [];
  closed = false;

  constructor(
    readonly socket: WebSocket,
    readonly request: IncomingMessage,
  ) {
    socket.on("message", (data) => this.messages.push(JSON.parse((data as Buffer).toString()) as ProgramMessage));
    socket.on("close", () => (this.closed = true));
  }

  get sid(): string {
    return this.messages.find(({ event }) => event === "start")?.streamSid ?? "";
  }

  /** µ-law that has come on the track, the newest `frames` packets. */
  audio(track: string, frames = 25): Buffer {
    const packets = this.messages.flatMap(({ media }) => (media?.track === track ? [media.payload] : []));
    return Buffer.concat(packets.slice(-frames).map((payload) => Buffer.from(payload, "base64")));
  }

  events(event: string): ProgramMessage[] {
    return this.messages.filter((message) => message.event === event);
  }

  say(message: object): void {
    this.socket.send(JSON.stringify({ streamSid: this.sid, ...message }));
  }

  media(mulaw: Buffer): void {
    this.say({ event: "media", media: { payload: mulaw.toString("base64") } });
  }

  mark(name: string): void {
    this.say({ event: "mark", mark: { name } });
  }

  clear(): void {
    this.say({ event: "clear" });
  }
}

export interface TestProgram {
  readonly url: string;
  readonly streams: readonly ProgramStream[];
  close(): Promise<void>;
}

/** @param onStream is given each stream when it has been connected */
export async function startProgram(onStream: (stream: ProgramStream) => void = () => undefined): Promise<TestProgram> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  const address = server.address();
  if (typeof address === "string" || address === null) throw new Error("The program has no port.");
  const streams: ProgramStream[] = [];
  server.on("connection", (socket, request) => {
    const stream = new ProgramStream(socket, request);
    streams.push(stream);
    onStream(stream);
  });
  return {
    url: `ws://127.0.0.1:${address.port}/stream`,
    streams,
    close: async () => {
      for (const client of server.clients) client.terminate();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
