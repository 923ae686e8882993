import type { World } from "../world.js";

export interface Problem {
  /** What it is about. */
  readonly subject: string;
  readonly expected: string;
  readonly found: string;
}

/** Something that holds whenever nothing is under way. */
export interface Invariant {
  readonly name: string;
  /** What is wrong now; a run waits until that is nothing, within a bound. */
  problems(world: World): Promise<readonly Problem[]>;
}

/** For a list that could not be had: the next look may have it. */
export const unknown = (what: string): readonly Problem[] => [{ subject: what, expected: "an answer", found: "none" }];

/** The numbers of a party are written with and without a plus. */
export const bare = (number: string): string => number.replace(/^\+/, "");
