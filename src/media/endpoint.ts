import type { Socket } from "node:dgram";
import { closed, type PortPair } from "./ports.js";

/** Linear PCM of 20 ms at 48 kHz has 1,920 bytes; what is larger than the largest packet of audio is none. */
const MAX_DATAGRAM = 8192;

export interface EndpointOptions {
  readonly ports: PortPair;
  /** Where FreeSWITCH has bound its side. */
  readonly peer: { readonly host: string; readonly port: number };
  /** Linear PCM, as FreeSWITCH sends it. */
  readonly onAudio: (pcm: Buffer) => void;
  /** A datagram that is not FreeSWITCH's came and was dropped. */
  readonly onForeign: () => void;
}

/** UDP with one leg: each datagram is a packet of linear PCM. Only FreeSWITCH's own are taken. */
export class UdpEndpoint {
  readonly #options: EndpointOptions;
  readonly #socket: Socket;
  #open = true;

  constructor(options: EndpointOptions) {
    this.#options = options;
    this.#socket = options.ports.socket;
    const { peer, onAudio, onForeign } = options;
    this.#socket.on("message", (data, from) => {
      if (!this.#open) return;
      if (from.address !== peer.host || from.port !== peer.port || data.length > MAX_DATAGRAM || data.length % 2 !== 0) onForeign();
      else if (data.length > 0) onAudio(data);
    });
    // What could not be sent is lost, as on the way; FreeSWITCH's port answers with an ICMP error once it is closed.
    this.#socket.on("error", () => undefined);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  send(pcm: Buffer): void {
    if (!this.#open) return;
    const { host, port } = this.#options.peer;
    this.#socket.send(pcm, port, host);
  }

  /** Idempotent. */
  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await closed(this.#socket);
    this.#options.ports.release();
  }
}
