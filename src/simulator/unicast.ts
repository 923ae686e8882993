/** `unicast`: a parked channel's audio by UDP, both ways (switch_ivr.c, switch_ivr_activate_unicast and switch_ivr_park). */
import { createSocket, type Socket } from "node:dgram";
import type { Channel } from "./core/channel.js";
import type { SwitchCore } from "./core/switch-core.js";
import { heardBy, packetOf, PACKET_MS, PACKET_SAMPLES } from "./voices.js";

export interface UnicastAddresses {
  readonly localIp: string;
  readonly localPort: number;
  readonly remoteIp: string;
  readonly remotePort: number;
}

/** One a park: FreeSWITCH keeps the first connection of a park, and a second command does nothing. */
export class Unicast {
  readonly #core: SwitchCore;
  readonly #channel: Channel;
  readonly #to: UnicastAddresses;
  readonly #socket: Socket;
  #timer: NodeJS.Timeout | null = null;
  #dueMs = 0;
  #sample = 0;
  #closed = false;

  constructor(core: SwitchCore, channel: Channel, to: UnicastAddresses) {
    this.#core = core;
    this.#channel = channel;
    this.#to = to;
    this.#socket = createSocket("udp4");
    // FreeSWITCH only logs that the port is taken.
    this.#socket.on("error", () => this.close());
    this.#socket.on("message", (packet) => {
      if (!this.#closed) channel.heard.add(packet, performance.now());
    });
    this.#socket.bind({ address: to.localIp, port: to.localPort, exclusive: true }, () => {
      if (this.#closed) return;
      this.#dueMs = performance.now();
      this.#packet();
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#socket.close();
  }

  #packet(): void {
    if (this.#closed) return;
    const packet = packetOf(this.#core, heardBy(this.#core, this.#channel), this.#sample);
    this.#sample += PACKET_SAMPLES;
    this.#socket.send(packet, this.#to.remotePort, this.#to.remoteIp, () => undefined);
    this.#dueMs += PACKET_MS;
    this.#timer = setTimeout(() => this.#packet(), Math.max(0, Math.round(this.#dueMs - performance.now())));
  }
}
