/** Both far sides of streams: FreeSWITCH's packets, and programs that send back what they hear. */
import { createSocket, type Socket } from "node:dgram";
import { z } from "zod";
import { eventually } from "../lab/wait.js";
import { startProgram, type TestProgram } from "../media/program.js";
import { serve } from "./support/child.js";

const PACKET_MS = 20;
/** No packet for so long: the leg hears silence. */
const SILENT_MS = 500;
const legsSchema = z.array(z.object({ leg: z.string(), local: z.number(), remote: z.number() }));

/** One leg of FreeSWITCH's. */
class Leg {
  readonly #socket: Socket = createSocket("udp4");
  readonly #packet = Buffer.alloc(320, 7);
  received = 0;
  lastAtMs = 0;

  constructor(
    local: number,
    readonly remote: number,
  ) {
    this.#socket.on("message", () => {
      this.received++;
      this.lastAtMs = performance.now();
    });
    this.#socket.bind(local, "127.0.0.1");
  }

  send(): void {
    this.#socket.send(this.#packet, this.remote, "127.0.0.1", () => undefined);
  }

  close(): void {
    this.#socket.close();
  }
}

const legs = new Map<string, Leg>();
let program: TestProgram | null = null;
let echoes = true;
let timer: NodeJS.Timeout | null = null;
let dueMs = 0;

function tick(): void {
  for (const leg of legs.values()) leg.send();
  dueMs += PACKET_MS;
  timer = setTimeout(tick, Math.max(0, dueMs - performance.now()));
}

serve(
  {
    listen: async () => {
      program = await startProgram((stream) => {
        stream.socket.on("message", () => {
          const newest = stream.messages.at(-1);
          if (echoes && newest?.media !== undefined) stream.socket.send(`{"event":"media","streamSid":"${stream.sid}","media":{"payload":"${newest.media.payload}"}}`);
          // Those of a whole run would be kept.
          if (stream.messages.length > 100) stream.messages.splice(2, stream.messages.length - 10);
        });
      });
      return program.url;
    },
    legs: (argument) => {
      for (const { leg, local, remote } of legsSchema.parse(argument)) legs.set(leg, new Leg(local, remote));
      if (timer === null) {
        dueMs = performance.now();
        tick();
      }
    },
    connected: () => program?.streams.filter(({ sid }) => sid !== "").length ?? 0,
    received: () => [...legs.values()].map(({ received }) => received),
    /** Milliseconds from each program's clear until the last packet of its voice came. */
    interrupt: async () => {
      echoes = false;
      const all = program?.streams ?? [];
      const before = [...legs.values()].map(({ received }) => received);
      for (const stream of all) stream.media(Buffer.alloc(8000 * 60, 1));
      await eventually("all programs to be heard", () => [...legs.values()].every(({ received }, index) => received > (before[index] ?? 0) + 25));
      const clearedAt = performance.now();
      for (const stream of all) stream.clear();
      await eventually("all legs to hear silence", () => performance.now() > Math.max(...[...legs.values()].map(({ lastAtMs }) => lastAtMs)) + SILENT_MS);
      echoes = true;
      return [...legs.values()].map(({ lastAtMs }) => Math.max(0, lastAtMs - clearedAt));
    },
  },
  async () => {
    if (timer !== null) clearTimeout(timer);
    for (const leg of legs.values()) leg.close();
    await program?.close();
  },
);
