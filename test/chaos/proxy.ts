/** A wire between Callplane and FreeSWITCH that can be cut, held, slowed, and made to lose or repeat events. */
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import type { Random } from "../faults/random.js";
import { Frames } from "./frames.js";

/** Which connections: both, or only those on which events were subscribed. */
export type Wires = "all" | "events";

export interface WireFaults {
  /** Nothing passes in either direction, and the sockets stay up. New connections are taken, and held too. */
  readonly held: Wires | null;
  /** Milliseconds by which every piece is late. */
  readonly delayMs: number;
  /** The share of events that is lost, or comes twice. */
  readonly lost: number;
  readonly twice: number;
  /** Connections are refused. */
  readonly refused: boolean;
}

const NONE: WireFaults = { held: null, delayMs: 0, lost: 0, twice: 0, refused: false };
const SUBSCRIPTION = "event plain";

class Wire {
  readonly client: Socket;
  readonly #upstream: Socket;
  readonly #proxy: Proxy;
  readonly #frames = new Frames();
  /** What is on its way, in order. Bounded by what both sides send while it is held. */
  #up: Promise<void> = Promise.resolve();
  #down: Promise<void> = Promise.resolve();
  hasEvents = false;

  constructor(client: Socket, upstream: Socket, proxy: Proxy) {
    this.client = client;
    this.#upstream = upstream;
    this.#proxy = proxy;
    client.on("data", (chunk: Buffer) => {
      if (chunk.includes(SUBSCRIPTION)) this.hasEvents = true;
      this.#up = this.#up.then(() => this.#pass(chunk, upstream));
    });
    upstream.on("data", (chunk: Buffer) => {
      const pieces = this.#frames.take(chunk).flatMap((frame) => (frame.isEvent ? proxy.copies(frame.bytes) : [frame.bytes]));
      for (const piece of pieces) this.#down = this.#down.then(() => this.#pass(piece, client));
    });
    for (const [socket, other] of [[client, upstream], [upstream, client]] as const) {
      socket.on("error", () => undefined);
      // The end of one side is not told to the other while the wire is held: that is what half-open means.
      socket.on("close", () => void proxy.released(this).then(() => other.destroy()));
    }
  }

  async #pass(piece: Buffer, to: Socket): Promise<void> {
    await this.#proxy.released(this);
    const { delayMs } = this.#proxy.faults;
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    if (!to.destroyed) to.write(piece);
  }

  destroy(): void {
    this.client.destroy();
    this.#upstream.destroy();
  }
}

export class Proxy {
  readonly #server: Server;
  readonly #random: Random;
  readonly #wires = new Set<Wire>();
  /** Those who wait until the wires are let go. Bounded by the wires. */
  #held: (() => void)[] = [];
  #faults: WireFaults = NONE;
  #port = 0;

  private constructor(target: number, random: Random) {
    this.#random = random;
    this.#server = createServer((client) => {
      if (this.#faults.refused) {
        client.destroy();
        return;
      }
      const wire = new Wire(client, connect(target, "127.0.0.1"), this);
      this.#wires.add(wire);
      client.once("close", () => this.#wires.delete(wire));
    });
  }

  /** @param target a port of this machine */
  static async open(target: number, random: Random): Promise<Proxy> {
    const proxy = new Proxy(target, random);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    proxy.#port = (proxy.#server.address() as AddressInfo).port;
    return proxy;
  }

  get port(): number {
    return this.#port;
  }

  get faults(): WireFaults {
    return this.#faults;
  }

  /** Misbehaves in these ways alone from now on. */
  set(faults: Partial<WireFaults>): void {
    this.#faults = { ...NONE, ...faults };
    if (this.#faults.held === "all") return;
    const waiting = this.#held;
    this.#held = [];
    for (const go of waiting) go();
  }

  /** Ends connections without a word. */
  cut(wires: Wires): void {
    for (const wire of this.#wires) if (wires === "all" || wire.hasEvents) wire.destroy();
  }

  /** Resolves when the wire is not held. */
  async released(wire: Wire): Promise<void> {
    while (this.#faults.held === "all" || (this.#faults.held === "events" && wire.hasEvents)) await new Promise<void>((resolve) => this.#held.push(resolve));
  }

  /** The event as often as it is to come. */
  copies(event: Buffer): Buffer[] {
    const { lost, twice } = this.#faults;
    if (lost > 0 && this.#random.next() < lost) return [];
    return twice > 0 && this.#random.next() < twice ? [event, event] : [event];
  }

  async close(): Promise<void> {
    this.set({});
    for (const wire of this.#wires) wire.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
