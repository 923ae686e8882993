import type { Random } from "../../faults/random.js";
import type { Hands } from "../hands.js";
import type { World } from "../world.js";

export interface FaultContext {
  readonly world: World;
  /** Who act meanwhile; a fault that compares before and after lets them pause. */
  readonly hands: Hands;
  /** Resolves when all invariants hold, and tells those that do not. */
  readonly settle: () => Promise<void>;
  readonly random: Random;
  /** Tells what exactly is done, and counts the fault. */
  readonly began: (what: string) => void;
}

/** Something that goes wrong, and is over when `run` resolves. */
export interface ChaosFault {
  readonly kind: string;
  readonly weight: number;
  /** False where this run cannot have it. Default true. */
  readonly fits?: (world: World) => boolean;
  run(context: FaultContext): Promise<void>;
}

/** Milliseconds, between the two. */
export const between = (random: Random, from: number, to: number): number => from + random.next() * (to - from);

/** As `between`, the shorter ones more often, so that an hour has room for many. */
export const mostlyShort = (random: Random, from: number, to: number): number => from + random.next() ** 2 * (to - from);
