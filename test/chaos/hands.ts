/** The hands that act: several a team, each by a random sequence of its own, until they are told to pause. */
import { Random } from "../faults/random.js";
import { delay } from "../lab/wait.js";
import type { Act } from "./acts.js";
import type { Team, World } from "./world.js";

const HANDS = 3;
const PACE_MS = 250;
const MAX_NOT_DONE = 20;

export interface HandsOptions {
  /** The acts that there may be. */
  readonly acts: readonly Act[];
  /** Of each team. */
  readonly hands?: number;
  /** Between two acts of a hand, on average. */
  readonly paceMs?: number;
}

export class Hands {
  readonly #choices: readonly Act[];
  #acting = false;
  #closed = false;
  #resume: (() => void)[] = [];
  #busy = 0;
  #notDone = 0;
  #idle: (() => void)[] = [];
  readonly #loops: readonly Promise<void>[];

  readonly #paceMs: number;

  constructor(world: World, seed: number, { acts, hands = HANDS, paceMs = PACE_MS }: HandsOptions) {
    this.#paceMs = paceMs;
    this.#choices = acts.flatMap((act) => Array.from({ length: act.weight }, () => act));
    this.#loops = world.teams.flatMap((team, index) => Array.from({ length: hands }, (_, hand) => this.#loop(world, team, new Random(seed + 100 * index + hand))));
  }

  resume(): void {
    this.#acting = true;
    const waiting = this.#resume;
    this.#resume = [];
    for (const go of waiting) go();
  }

  /** Resolves when nothing is under way any more. */
  async pause(): Promise<void> {
    this.#acting = false;
    if (this.#busy > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.resume();
    await Promise.all(this.#loops);
  }

  /** On a busy machine a phone may not do what it is told, which is no fault of Callplane's. A run in which that goes on shows nothing. */
  #undone(error: unknown): string {
    this.#notDone += 1;
    if (this.#notDone > MAX_NOT_DONE) throw error;
    return `not done: ${error instanceof Error ? error.message : String(error)}`;
  }

  async #loop(world: World, team: Team, random: Random): Promise<void> {
    for (;;) {
      if (!this.#acting) await new Promise<void>((resolve) => this.#resume.push(resolve));
      if (this.#closed) return;
      const act = random.of(this.#choices);
      this.#busy += 1;
      const began = world.journal.second;
      try {
        const what = await act.run(world, team, random).catch((error: unknown) => this.#undone(error));
        world.journal.act(act.kind, `${team.organization.name}: ${what}`, began);
      } finally {
        this.#busy -= 1;
        if (this.#busy === 0) for (const tell of this.#idle.splice(0)) tell();
      }
      await delay(random.next() * 2 * this.#paceMs);
    }
  }
}
