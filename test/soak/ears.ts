/** Listens with the ears of callers, a few at any time: nobody is left in silence, and who is put aside hears music. */
import type { CallView } from "../../src/calls/types.js";
import type { Random } from "../faults/random.js";
import { delay } from "../lab/wait.js";
import { bare } from "../chaos/invariants/types.js";
import type { Team, World } from "../chaos/world.js";
import { evidence } from "./evidence.js";
import type { Book } from "./book.js";
import type { Callers } from "./callers.js";
import type { SoakSwitch } from "./switch.js";

const EARS = 2;
const LIMIT_MS = 5000;
const REST_MS = 500;

interface Place {
  readonly call: CallView;
  /** Held or parked: somebody's voice is not enough. */
  readonly isAside: boolean;
}

export class Ears {
  readonly #world: World;
  readonly #fs: SoakSwitch;
  readonly #book: Book;
  readonly #callers: Callers;
  readonly #closing = new AbortController();
  readonly #loops: readonly Promise<void>[];
  /** How often a caller was listened to, and the longest silence, milliseconds. */
  listened = 0;
  longestMs = 0;

  constructor(world: World, fs: SoakSwitch, book: Book, callers: Callers, random: Random) {
    this.#world = world;
    this.#fs = fs;
    this.#book = book;
    this.#callers = callers;
    this.#loops = Array.from({ length: EARS }, () => this.#listen(random));
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#loops);
  }

  async #listen(random: Random): Promise<void> {
    while (!this.#closing.signal.aborted) {
      const numbers = this.#callers.answered();
      // A leg that ends while it is listened to tells nothing.
      if (numbers.length > 0) await this.#follow(random.of(numbers)).catch(() => undefined);
      await delay(REST_MS);
    }
  }

  /** Listens until something is heard, the call has ended or is to be silent, or the limit is over. */
  async #follow(number: string): Promise<void> {
    const team = this.#callers.teamOf(number);
    if (team === undefined) return;
    const from = performance.now();
    this.listened += 1;
    let last: Place | null = null;
    for (;;) {
      const began = performance.now();
      const before = await this.#place(team, number);
      const sound = await this.#fs.hears(number);
      const after = await this.#place(team, number);
      if (before === null || after === null || sound === null || !this.#callers.answered().includes(number)) return;
      // One who was put aside or taken back meanwhile is listened to again.
      const hears = before.isAside && after.isAside ? sound.music : sound.music || sound.voice;
      if (last !== null) this.longestMs = Math.max(this.longestMs, began - from);
      if (hears || this.#closing.signal.aborted) return;
      last = after;
      if (performance.now() - from > LIMIT_MS) break;
    }
    this.#world.journal.violated({
      invariant: "no caller sits in silence",
      subject: `caller ${number}`,
      expected: last.isAside ? "music" : "a voice or music",
      found: `nothing for ${(LIMIT_MS / 1000).toFixed(0)} s until ${new Date().toISOString()}; ${await this.#evidence(team, number)}`,
    });
  }

  /** Where the caller is now; null: in no call, or in one in which silence is somebody's wish. */
  async #place({ admin }: Team, number: string): Promise<Place | null> {
    const calls = await admin.list<CallView>("/voicechannel/calls");
    for (const call of calls ?? []) {
      const leg = call.legs.find((each) => each.agent === null && bare(each.number) === bare(number));
      if (leg === undefined) continue;
      return call.legs.some(({ muted }) => muted) ? null : { call, isAside: leg.state === "held" || leg.state === "parked" };
    }
    return null;
  }

  #evidence(team: Team, number: string): Promise<string> {
    const calls = this.#book.callsOf(number);
    return evidence(this.#fs, team, calls, this.#book.partiesOf(calls));
  }
}
