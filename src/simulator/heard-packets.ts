/** What is kept: half a second. */
const MEMORY_PACKETS = 25;
/** After so long without a packet the party hears nothing any more. */
const SILENT_MS = 100;

/** What was played to a channel by UDP lately: linear PCM, 8 kHz. */
export class HeardPackets {
  /** Bounded by `MEMORY_PACKETS`. */
  readonly #packets: { readonly pcm: Buffer; readonly atMs: number }[] = [];

  add(pcm: Buffer, atMs: number): void {
    this.#packets.push({ pcm, atMs });
    if (this.#packets.length > MEMORY_PACKETS) this.#packets.shift();
  }

  /** Empty when nothing has come for a while. */
  lately(nowMs: number): Buffer {
    const newest = this.#packets.at(-1);
    return newest === undefined || nowMs - newest.atMs > SILENT_MS ? Buffer.alloc(0) : Buffer.concat(this.#packets.map(({ pcm }) => pcm));
  }
}
