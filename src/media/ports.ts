import { createSocket, type Socket, type SocketOptions } from "node:dgram";
import { CallplaneError } from "../errors.js";

export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** Our socket, and the port that FreeSWITCH is told to bind. */
export interface PortPair {
  readonly socket: Socket;
  readonly far: number;
  /** The pair may be used by others; the socket is closed by whoever has it. */
  release(): void;
}

/** Streams at once when the system chooses their ports. */
const MAX_STREAMS = 2000;
/** A port that is in use by somebody else is passed over so often. */
const TRIES = 50;

/**
 * Pairs of UDP ports: an even one of ours, and the next one, which FreeSWITCH binds on its side. Where it runs on this host, both are known to be free.
 * Without a range the system chooses both.
 */
export class PortPool {
  readonly #range: PortRange | null;
  /** Ports that are in use, or that FreeSWITCH has been told to bind. Bounded by the range, else by `MAX_STREAMS` pairs. */
  readonly #taken = new Set<number>();
  #next = 0;

  constructor(range: PortRange | null) {
    this.#range = range;
  }

  get used(): number {
    return this.#taken.size >> 1;
  }

  /**
   * @param host the address that FreeSWITCH sends to
   * @param shared whether FreeSWITCH binds on this host
   * Throws Busy when none is free.
   */
  async take(host: string, shared: boolean): Promise<PortPair> {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const near = this.#candidate();
      if (near === null) break;
      const socket = await bound(host, near);
      if (socket === null) {
        if (near !== 0) this.#taken.delete(near);
        continue;
      }
      const { port } = socket.address();
      // The system may choose a port that FreeSWITCH has been told, and has not bound yet.
      const promised = near === 0 && this.#taken.has(port);
      this.#taken.add(port);
      const far = promised ? null : await this.#far(host, port, shared);
      if (far !== null && !this.#taken.has(far)) {
        this.#taken.add(far);
        return { socket, far, release: () => [port, far].forEach((each) => this.#taken.delete(each)) };
      }
      if (!promised) this.#taken.delete(port);
      await closed(socket);
    }
    throw new CallplaneError("Busy", "No port is free for another stream (MEDIA_PORTS).", { retryAfterS: 5 });
  }

  /** Reserved; 0: the system is to choose; null: all are in use. */
  #candidate(): number | null {
    if (this.#range === null) return this.used < MAX_STREAMS ? 0 : null;
    const first = this.#range.from + (this.#range.from % 2);
    const pairs = Math.floor((this.#range.to - first + 1) / 2);
    for (let step = 0; step < pairs; step++) {
      const port = first + 2 * ((this.#next + step) % pairs);
      if (this.#taken.has(port)) continue;
      this.#next = (this.#next + step + 1) % pairs;
      this.#taken.add(port);
      return port;
    }
    return null;
  }

  async #far(host: string, port: number, shared: boolean): Promise<number | null> {
    const wanted = this.#range === null ? 0 : port + 1;
    // On another host any port is as good as another; ours is no other stream's.
    if (!shared) return wanted === 0 ? (port === 65_535 ? port - 1 : port + 1) : wanted;
    const probe = await bound(host, wanted);
    if (probe === null) return null;
    const far = probe.address().port;
    await closed(probe);
    return far;
  }
}

/** Node.js would take its resolver, and another turn of its queue, for each packet that is sent to an address. */
const asGiven: NonNullable<SocketOptions["lookup"]> = (address, _options, callback) => callback(null, address, 4);

/** @param host an address, as are those that the socket sends to */
function bound(host: string, port: number): Promise<Socket | null> {
  const socket = createSocket({ type: "udp4", recvBufferSize: 256 * 1024, lookup: asGiven });
  return new Promise((resolve) => {
    socket.once("error", () => {
      socket.close();
      resolve(null);
    });
    socket.bind({ address: host, port, exclusive: true }, () => {
      socket.removeAllListeners("error");
      resolve(socket);
    });
  });
}

export const closed = (socket: Socket): Promise<void> => new Promise((resolve) => socket.close(() => resolve()));
