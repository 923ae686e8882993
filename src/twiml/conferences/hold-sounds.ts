/** What held participants hear: the sounds of a document one after another, over and over. FreeSWITCH plays one alone, and once. */
import type { LiveLeg, PlayedSound, ProgramLegs, ProgramRooms } from "../../calls/index.js";

/** A sound that is over sooner is not followed by the next one before: it may be none. */
const SHORTEST_MS = 250;

/** A sound that was stopped has told its end by then: FreeSWITCH sees it every 20 ms. */
const STOPPED_MS = 250;

interface Held {
  readonly leg: LiveLeg;
  readonly sounds: readonly string[];
  /** Which of them plays, and since when. */
  at: number;
  since: number;
  /** What plays is being stopped, to be played anew: its end counts for nothing. */
  stopping: boolean;
  /** When the next one is played; null: one plays. */
  due: NodeJS.Timeout | null;
}

export interface HoldSoundsParts {
  readonly rooms: Pick<ProgramRooms, "onPlayed" | "play" | "stopPlaying">;
  readonly tidings: Pick<ProgramLegs["tidings"], "onReady">;
}

export class HoldSounds {
  readonly #rooms: HoldSoundsParts["rooms"];
  readonly #where: { readonly node: string; readonly room: string };
  /** By leg. Bounded by the participants who are held. */
  readonly #held = new Map<string, Held>();
  /** Bounded by the participants who are held. */
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #stops: readonly (() => void)[];

  constructor({ rooms, tidings }: HoldSoundsParts, where: { readonly node: string; readonly room: string }) {
    this.#rooms = rooms;
    this.#where = where;
    this.#stops = [rooms.onPlayed((played) => this.#played(played)), tidings.onReady((node) => this.#connected(node))];
  }

  /** The leg is held, and hears the first of them already; none: what FreeSWITCH plays by itself. */
  began(leg: LiveLeg, sounds: readonly string[]): void {
    if (sounds.length > 0) this.#held.set(leg.uuid, { leg, sounds, at: 0, since: performance.now(), stopping: false, due: null });
  }

  /** The leg was held before this process was there, and hears one of them, or none any more. Its number in the room is known. */
  found(leg: LiveLeg, sounds: readonly string[]): void {
    this.began(leg, sounds);
    const held = this.#held.get(leg.uuid);
    if (held !== undefined) void this.#again(held);
  }

  /** The leg is held no more, or has left. */
  over(uuid: string): void {
    this.#held.delete(uuid);
  }

  /** Idempotent. */
  close(): void {
    for (const stop of this.#stops) stop();
    this.#held.clear();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #played({ node, room, sound, leg }: PlayedSound): void {
    const held = leg === null || node !== this.#where.node || room !== this.#where.room ? undefined : this.#held.get(leg);
    if (held === undefined || held.stopping || held.sounds[held.at] !== sound) return;
    held.at = (held.at + 1) % held.sounds.length;
    this.#later(held, Math.max(0, SHORTEST_MS - (performance.now() - held.since)));
  }

  /** The end of a sound may have been missed meanwhile, and FreeSWITCH does not say what plays: it begins anew, which nobody hears twice at once. */
  #connected(node: string): void {
    if (node === this.#where.node) for (const held of this.#held.values()) void this.#again(held);
  }

  async #again(held: Held): Promise<void> {
    // It is about to begin anew in any case.
    if (held.stopping) return;
    held.stopping = true;
    await this.#rooms.stopPlaying(held.leg, this.#where.room).catch(() => undefined);
    if (this.#held.get(held.leg.uuid) === held) this.#later(held, STOPPED_MS);
  }

  /** Plays the sound whose turn it is. */
  #later(held: Held, ms: number): void {
    // It ended just before the connection was lost: it is played once.
    if (held.due !== null) this.#forget(held.due);
    const timer = (held.due = setTimeout(() => {
      this.#forget(timer);
      held.due = null;
      const next = held.sounds[held.at];
      if (next === undefined || this.#held.get(held.leg.uuid) !== held) return;
      held.stopping = false;
      held.since = performance.now();
      void this.#rooms.play(held.leg, this.#where.room, next, { alone: true }).catch(() => undefined);
    }, ms));
    this.#timers.add(timer);
  }

  #forget(timer: NodeJS.Timeout): void {
    clearTimeout(timer);
    this.#timers.delete(timer);
  }
}
