/** The announcements of a conference that have not come to their end. */
import type { LiveLeg, PlayedSound, ProgramRooms } from "../../calls/index.js";

/** Whoever announces faster than FreeSWITCH plays is not told of the ends of these. */
const MAX_WAITING = 200;

interface Announcement {
  readonly url: string;
  /** The last one of its sounds. */
  readonly sound: string;
  /** Who alone hears it; null: everybody. */
  readonly leg: string | null;
}

export class Announcements {
  /** In the order in which FreeSWITCH plays them. Bounded by `MAX_WAITING`. */
  readonly #waiting: Announcement[] = [];
  readonly #rooms: Pick<ProgramRooms, "onPlayed" | "play">;
  readonly #where: { readonly node: string; readonly room: string };
  readonly #ended: (url: string) => void;
  readonly #stop: () => void;

  /** @param ended told of each announcement that was heard to its end, by its URL */
  constructor(rooms: Pick<ProgramRooms, "onPlayed" | "play">, where: { readonly node: string; readonly room: string }, ended: (url: string) => void) {
    this.#rooms = rooms;
    this.#where = where;
    this.#ended = ended;
    this.#stop = rooms.onPlayed((played) => this.#played(played));
  }

  /** Has the sounds of the address played one after another to everybody, by way of the leg, or to it alone. */
  async play(leg: LiveLeg, url: string, sounds: readonly string[], { alone }: { readonly alone: boolean }): Promise<void> {
    const last = sounds.at(-1);
    if (last !== undefined && this.#waiting.length < MAX_WAITING) this.#waiting.push({ url, sound: last, leg: alone ? leg.uuid : null });
    for (const sound of sounds) await this.#rooms.play(leg, this.#where.room, sound, { alone });
  }

  /** The leg hears nothing any more. */
  left(leg: string): void {
    for (let at = this.#waiting.length - 1; at >= 0; at--) if (this.#waiting[at]?.leg === leg) this.#waiting.splice(at, 1);
  }

  /** Idempotent. */
  close(): void {
    this.#stop();
    this.#waiting.length = 0;
  }

  #played({ node, room, sound, leg }: PlayedSound): void {
    if (node !== this.#where.node || room !== this.#where.room) return;
    const at = this.#waiting.findIndex((each) => each.sound === sound && each.leg === leg);
    const [ended] = at < 0 ? [] : this.#waiting.splice(at, 1);
    if (ended !== undefined) this.#ended(ended.url);
  }
}
