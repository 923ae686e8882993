import type { Audience } from "./audience.js";
import { Frames, type Frame } from "./frame.js";
import type { Ring } from "./ring.js";
import type { Snapshot } from "./snapshot.js";
import type { Told } from "./topics.js";

/** Why a stream ends; each transport has its own way to say it. */
export type CloseReason = "slow" | "unauthorized" | "shutdown" | "failed" | "unresponsive";

/** One open stream. Its methods may throw: the reader contains it. */
export interface Transport {
  /** Bytes that were handed over and not yet taken by the network. */
  readonly buffered: number;
  send(frames: Frames): void;
  /** Keeps the connection alive; false when the other side has not answered the ping before. */
  ping(): boolean;
  /** Sends the reason, and closes the connection soon, whether or not the other side reads it. */
  close(reason: CloseReason): void;
}

export interface ReaderLimits {
  /** A reader with this many bytes under way gets no more until they are gone. */
  readonly highWater: number;
  /** How many bytes of events it may be behind. */
  readonly lagBytes: number;
  /** How long it may take nothing at all while it is behind, milliseconds. */
  readonly stallMs: number;
}

export interface ReaderHost {
  readonly ring: Ring;
  readonly limits: ReaderLimits;
  now(): number;
  /** The reader has ended: called once, before its transport is closed. */
  gone(reader: Reader, reason: CloseReason | "left", error?: unknown): void;
}

/**
 * One reader's place in the stream. While it keeps up, it is handed each batch. When its connection is full it falls behind: nothing is
 * buffered for it, it only remembers its place and goes on from the ring when the connection has room. A reader that the ring has overtaken,
 * or that is too many bytes behind, is dropped.
 */
export class Reader {
  readonly audience: Audience;
  readonly #host: ReaderHost;
  readonly #transport: Transport;
  /** Parts of the snapshot that are still to be sent. */
  #parts: readonly Frame[];
  #cursor: number;
  #behind = true;
  #lag = 0;
  #progressAt: number;
  #open = true;
  readonly #told: Told;

  /** @param start the number of the event that it has had last, or a snapshot */
  constructor(host: ReaderHost, audience: Audience, transport: Transport, start: number | Snapshot, told: Told) {
    this.#host = host;
    this.audience = audience;
    this.#transport = transport;
    this.#told = told;
    this.#parts = typeof start === "number" ? [] : start.parts(told);
    this.#cursor = typeof start === "number" ? start : start.seq;
    this.#progressAt = host.now();
  }


  /** A snapshot in the middle of the stream replaces what was shown. */
  restart(snapshot: Snapshot): void {
    if (!this.#open) return;
    if (!this.#behind) this.#fallBehind();
    this.#parts = snapshot.parts(this.#told);
    this.#cursor = snapshot.seq;
    this.pump();
  }

  /** New events of its audience, oldest first, up to number `upTo`. */
  offer(batch: readonly { readonly seq: number; readonly frame: Frame }[], frames: Frames, upTo: number): void {
    if (!this.#open) return;
    if (this.#behind) {
      for (const { frame } of batch) if (this.#tells(frame)) this.#lag += frame.bytes;
      if (this.#lag > this.#host.limits.lagBytes) this.close("slow");
      else this.pump();
      return;
    }
    const [first] = batch;
    // A reader that caught up from the ring a moment ago has had a part of the batch.
    const isWhole = this.#told === null && first !== undefined && first.seq > this.#cursor;
    const fresh = isWhole ? frames : frames.others(batch.filter(({ seq, frame }) => seq > this.#cursor && this.#tells(frame)).map(({ frame }) => frame));
    this.#cursor = Math.max(this.#cursor, upTo);
    if (fresh.list.length === 0) return;
    // Without a function of its own: this runs some thousands of times a second.
    try {
      this.#transport.send(fresh);
      if (this.#transport.buffered > this.#host.limits.highWater) this.#fallBehind();
    } catch (error) {
      this.close("failed", error);
    }
  }

  /** Goes on from where it was while the connection has room. */
  pump(): void {
    if (!this.#open || !this.#behind) return;
    this.#contain(() => {
      const { ring, limits } = this.#host;
      while (this.#transport.buffered <= limits.highWater) {
        if (!ring.reaches(this.#cursor)) {
          this.close("slow");
          return;
        }
        const [part, ...rest] = this.#parts;
        const frame = part ?? this.#nextFrame();
        if (frame === undefined) {
          this.#behind = false;
          this.#lag = 0;
          return;
        }
        if (part !== undefined) this.#parts = rest;
        this.#transport.send(new Frames([frame]));
        this.#progressAt = this.#host.now();
      }
    });
  }

  /** Pings a reader that keeps up, and drops one that takes nothing for too long. `alive`: what goes with the ping; null: nothing does. */
  check(ping: boolean, alive: (() => Frames) | null): void {
    if (!this.#open) return;
    this.pump();
    if (!this.#behind && !ping) return;
    this.#contain(() => {
      if (this.#behind) {
        if (this.#host.now() - this.#progressAt >= this.#host.limits.stallMs) this.close("slow");
      } else if (!this.#transport.ping()) {
        this.close("unresponsive");
      } else if (alive !== null) {
        this.#transport.send(alive());
        if (this.#transport.buffered > this.#host.limits.highWater) this.#fallBehind();
      }
    });
  }

  /** The other side went away. */
  left(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#parts = [];
    this.#host.gone(this, "left");
  }

  /** Idempotent. */
  close(reason: CloseReason, error?: unknown): void {
    if (!this.#open) return;
    this.#open = false;
    this.#parts = [];
    this.#host.gone(this, reason, error);
    try {
      this.#transport.close(reason);
    } catch {
      // The connection is broken.
    }
  }

  #fallBehind(): void {
    this.#behind = true;
    this.#lag = 0;
    this.#progressAt = this.#host.now();
  }

  #nextFrame(): Frame | undefined {
    const { ring } = this.#host;
    while (this.#cursor < ring.newest) {
      this.#cursor += 1;
      const showing = ring.get(this.#cursor)?.showings.find(({ to }) => to.has(this.audience));
      if (showing !== undefined && this.#tells(showing.frame)) return showing.frame;
    }
    return undefined;
  }

  #tells({ type }: Frame): boolean {
    return this.#told === null || this.#told.has(type);
  }

  #contain(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.close("failed", error);
    }
  }
}
