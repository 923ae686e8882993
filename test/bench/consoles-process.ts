/** Consoles: WebSockets that read what they are sent, as cheaply as can be, so that their work does not count for Callplane's. */
import { connect, type Socket } from "node:net";
import { z } from "zod";
import { eventually } from "../lab/wait.js";
import { serve } from "./support/child.js";

const connectSchema = z.object({ port: z.number(), tokens: z.array(z.string()) });

const HEAD_END = "\r\n\r\n";
/** The envelope begins with these: `{"id":"<boot>-<n>","type":"…","at":"…"`. */
const ENVELOPE = /^\{"id":(?:null|"[^"]+-(\d+)"),"type":"([^"]+)","at":"([^"]+)"/;
const ENVELOPE_BYTES = 160;
const LAST_PART = '"last":true';
/** `part` and `last` stand at the beginning of a snapshot's data. */
const PART_BYTES = 320;

const now = (): number => performance.timeOrigin + performance.now();

/** By the number of an event: when it was made, and when the last console had it. Bounded by the events of one measurement. */
const arrivals = new Map<number, { readonly madeAt: number; lastAt: number }>();
let counted = false;
let messages = 0;
let chunks = 0;
let bytes = 0;

class Console {
  readonly #socket: Socket;
  #left: Buffer | null = null;
  #isUpgraded = false;
  /** It has its snapshot. */
  ready = false;
  closed = false;

  constructor(port: number, token: string) {
    this.#socket = connect(port, "127.0.0.1", () => this.#socket.write(`GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==${HEAD_END}`));
    this.#socket.setNoDelay(true);
    this.#socket.on("data", (chunk: Buffer) => this.#take(chunk));
    this.#socket.on("error", () => undefined);
    this.#socket.on("close", () => (this.closed = true));
  }

  end(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    const at = now();
    if (counted) {
      chunks++;
      bytes += chunk.length;
    }
    let data = this.#left === null ? chunk : Buffer.concat([this.#left, chunk]);
    this.#left = null;
    if (!this.#isUpgraded) {
      const end = data.indexOf(HEAD_END);
      if (end === -1) {
        this.#left = data;
        return;
      }
      if (!data.subarray(0, 12).equals(Buffer.from("HTTP/1.1 101"))) throw new Error(data.toString("latin1", 0, 300));
      this.#isUpgraded = true;
      data = data.subarray(end + HEAD_END.length);
    }
    this.#frames(data, at);
  }

  #frames(data: Buffer, at: number): void {
    let from = 0;
    while (data.length - from >= 2) {
      const opcode = (data[from] ?? 0) & 0x0f;
      const short = (data[from + 1] ?? 0) & 0x7f;
      const head = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (data.length - from < head) break;
      const length = short < 126 ? short : short === 126 ? data.readUInt16BE(from + 2) : Number(data.readBigUInt64BE(from + 2));
      if (data.length - from < head + length) break;
      if (opcode === 1) this.#message(data, from + head, length, at);
      // A pong without anything, masked with zeros.
      else if (opcode === 9) this.#socket.write(Buffer.from([0x8a, 0x80, 0, 0, 0, 0]));
      from += head + length;
    }
    if (from < data.length) this.#left = Buffer.from(data.subarray(from));
  }

  #message(data: Buffer, from: number, length: number, at: number): void {
    const [, seq, type, madeAt] = ENVELOPE.exec(data.toString("latin1", from, from + Math.min(length, ENVELOPE_BYTES))) ?? [];
    if (type === "snapshot" && data.toString("latin1", from, from + Math.min(length, PART_BYTES)).includes(LAST_PART)) this.ready = true;
    if (!counted) return;
    messages++;
    if (seq === undefined || madeAt === undefined || type === "snapshot") return;
    const known = arrivals.get(Number(seq));
    if (known === undefined) arrivals.set(Number(seq), { madeAt: Date.parse(madeAt), lastAt: at });
    else known.lastAt = Math.max(known.lastAt, at);
  }
}

let consoles: Console[] = [];

serve(
  {
    /** All at once; answers when each has its snapshot, with the milliseconds that it took. */
    connect: async (argument) => {
      const { port, tokens } = connectSchema.parse(argument);
      for (const each of consoles) each.end();
      const began = now();
      consoles = tokens.map((token) => new Console(port, token));
      await eventually("every console to have its snapshot", () => consoles.every(({ ready }) => ready), { timeoutMs: 60_000, everyMs: 5 });
      return now() - began;
    },
    begin: () => {
      arrivals.clear();
      messages = chunks = bytes = 0;
      counted = true;
    },
    end: () => {
      counted = false;
      return { delays: [...arrivals.values()].map(({ madeAt, lastAt }) => lastAt - madeAt), messages, chunks, bytes, closed: consoles.filter(({ closed }) => closed).length };
    },
  },
  () => {
    for (const each of consoles) each.end();
  },
);
