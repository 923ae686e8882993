/** Cuts what the event socket sends into frames, each with all its bytes. */

export interface RawFrame {
  readonly bytes: Buffer;
  readonly isEvent: boolean;
}

export class Frames {
  /** Bounded by the largest frame. */
  #rest: Buffer = Buffer.alloc(0);

  take(chunk: Buffer): RawFrame[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const frames: RawFrame[] = [];
    for (;;) {
      const blank = this.#rest.indexOf("\n\n");
      if (blank < 0) return frames;
      const head = this.#rest.toString("latin1", 0, blank + 1);
      const end = blank + 2 + Number(/^Content-Length: (\d+)$/m.exec(head)?.[1] ?? "0");
      if (this.#rest.length < end) return frames;
      frames.push({ bytes: this.#rest.subarray(0, end), isEvent: /^Content-Type: text\/event-/m.test(head) });
      this.#rest = this.#rest.subarray(end);
    }
  }
}
