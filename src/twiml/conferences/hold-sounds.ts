/** What held participants hear: the sounds of a document one after another, over and over. FreeSWITCH plays one alone, and once. */
import type { LiveLeg, PlayedSound, ProgramRooms } from "../../calls/index.js";

/** A sound that is over sooner is not followed by the next one before: it may be none. */
const SHORTEST_MS = 250;

interface Held {
  readonly leg: LiveLeg;
  readonly sounds: readonly string[];
  /** Which of them plays, and since when. */
  at: number;
  since: number;
}

export class HoldSounds {
  readonly #rooms: Pick<ProgramRooms, "onPlayed" | "play">;
  readonly #where: { readonly node: string; readonly room: string };
  /** By leg. Bounded by the participants who are held. */
  readonly #held = new Map<string, Held>();
  /** Bounded by the participants who are held. */
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #stop: () => void;

  constructor(rooms: Pick<ProgramRooms, "onPlayed" | "play">, where: { readonly node: string; readonly room: string }) {
    this.#rooms = rooms;
    this.#where = where;
    this.#stop = rooms.onPlayed((played) => this.#played(played));
  }

  /** The leg is held, and hears the first of them already; none: what FreeSWITCH plays by itself. */
  began(leg: LiveLeg, sounds: readonly string[]): void {
    if (sounds.length > 0) this.#held.set(leg.uuid, { leg, sounds, at: 0, since: performance.now() });
  }

  /** The leg is held no more, or has left. */
  over(uuid: string): void {
    this.#held.delete(uuid);
  }

  /** Idempotent. */
  close(): void {
    this.#stop();
    this.#held.clear();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #played({ node, room, sound, leg }: PlayedSound): void {
    const held = leg === null || node !== this.#where.node || room !== this.#where.room ? undefined : this.#held.get(leg);
    if (held === undefined || held.sounds[held.at] !== sound) return;
    held.at = (held.at + 1) % held.sounds.length;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      const next = held.sounds[held.at];
      if (next === undefined || this.#held.get(held.leg.uuid) !== held) return;
      held.since = performance.now();
      void this.#rooms.play(held.leg, this.#where.room, next, { alone: true }).catch(() => undefined);
    }, Math.max(0, SHORTEST_MS - (performance.now() - held.since)));
    this.#timers.add(timer);
  }
}
