/** Looks all the time, while people act: what stays wrong for longer than it may is a violation. */
import { delay } from "../lab/wait.js";
import { channels } from "../chaos/invariants/channels.js";
import { Lasting } from "../chaos/invariants/lasting.js";
import { memory } from "../chaos/invariants/memory.js";
import type { Invariant } from "../chaos/invariants/types.js";
import { waitingUnoffered } from "../chaos/invariants/waiting.js";
import type { World } from "../chaos/world.js";
import { agents, rings } from "./agents.js";

/** An offer rings for 20 s (the department's setting), also at a page that has just gone; several contacts or a busy machine add to that. */
const RING_MS = 30_000;
/** FreeSWITCH's own table is late, and a member who has become free is offered a call a moment later. */
const PASSING_MS = 10_000;
const EVERY_MS = 2000;

const WATCHED: readonly (readonly [Invariant, number])[] = [
  [channels, PASSING_MS],
  [agents, PASSING_MS],
  [waitingUnoffered, PASSING_MS],
  [rings, RING_MS],
  [memory, 0],
];

export class Watch {
  readonly #closing = new AbortController();
  readonly #loop: Promise<void>;

  constructor(world: World) {
    this.#loop = this.#look(world);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#loop;
  }

  async #look(world: World): Promise<void> {
    // The same department may have one caller and one free agent after the other: it is the same problem only with the same people.
    const watched = WATCHED.map(([invariant, ms]) => ({ invariant, ms, lasting: new Lasting(({ subject, found }) => `${subject} ${found}`) }));
    while (!this.#closing.signal.aborted) {
      for (const { invariant, ms, lasting } of watched) {
        const problems = (await invariant.problems(world)).map((problem) => ({ invariant: invariant.name, ...problem }));
        for (const problem of lasting.look(problems, ms)) world.journal.violated(problem);
      }
      await delay(EVERY_MS);
    }
  }
}
