/** Which of the free agents are offered a department's caller. */
import type { Strategy } from "./settings.js";

export interface Candidate {
  readonly id: string;
  /** Since when the agent is free, epoch milliseconds. */
  readonly idleSince: number;
  readonly skills: Readonly<Record<string, number>>;
}

export interface ChoiceRules {
  readonly strategy: Strategy;
  /** The skills that the department requires. */
  readonly skills: readonly string[];
  /** The agent who was chosen last, for round-robin. */
  readonly last: string | null;
}

/** The limit of phones that ring-all rings at once. */
export const RING_ALL_AT_ONCE = 30;

const byIdle = (a: Candidate, b: Candidate): number => a.idleSince - b.idleSince || (a.id < b.id ? -1 : 1);

/** The sum of the agent's levels in the required skills. */
export function levelOf(candidate: Candidate, skills: readonly string[]): number {
  let level = 0;
  for (const skill of skills) level += candidate.skills[skill] ?? 0;
  return level;
}

export const hasSkills = (levels: Readonly<Record<string, number>>, skills: readonly string[]): boolean => skills.every((skill) => levels[skill] !== undefined);

function best(candidates: readonly Candidate[], compare: (a: Candidate, b: Candidate) => number): Candidate | undefined {
  let found: Candidate | undefined;
  for (const candidate of candidates) if (found === undefined || compare(candidate, found) < 0) found = candidate;
  return found;
}

/** The next one after the last in the order of ids, the first after the end. */
function afterLast(candidates: readonly Candidate[], last: string | null): Candidate | undefined {
  const byId = (a: Candidate, b: Candidate): number => (a.id < b.id ? -1 : 1);
  const later = last === null ? [] : candidates.filter(({ id }) => id > last);
  return best(later.length > 0 ? later : candidates, byId);
}

/** One agent, for ring-all several, the longest idle first; empty when there is no candidate. */
export function choose(candidates: readonly Candidate[], { strategy, skills, last }: ChoiceRules): readonly Candidate[] {
  switch (strategy) {
    case "ring-all":
      return [...candidates].sort(byIdle).slice(0, RING_ALL_AT_ONCE);
    case "round-robin":
      return some(afterLast(candidates, last));
    case "skill":
      return some(best(candidates, (a, b) => levelOf(b, skills) - levelOf(a, skills) || byIdle(a, b)));
    case "longest-idle":
      return some(best(candidates, byIdle));
  }
}

const some = (candidate: Candidate | undefined): readonly Candidate[] => (candidate === undefined ? [] : [candidate]);
