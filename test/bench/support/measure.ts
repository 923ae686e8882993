/** Medians, and two sides measured in turn. */

export const ROUNDS = 5;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** Milliseconds that the work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/**
 * Runs every side once a round, in alternating order, so that whatever else the machine does falls on all of them.
 * Gives each side's figures, round by round.
 */
export async function inTurn<K extends string>(sides: Readonly<Record<K, () => Promise<number>>>, rounds = ROUNDS): Promise<Record<K, number[]>> {
  const names = Object.keys(sides).filter((name): name is K => name in sides);
  const figures = new Map<K, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : [...names].reverse()) figures.get(name)?.push(await sides[name]());
  }
  const isComplete = (record: Partial<Record<K, number[]>>): record is Record<K, number[]> => names.every((name) => record[name] !== undefined);
  const record: Partial<Record<K, number[]>> = {};
  for (const name of names) record[name] = figures.get(name) ?? [];
  if (!isComplete(record)) throw new Error("a side was not measured");
  return record;
}

/** The median of the rounds' own ratios. */
export const medianRatio = (numerators: readonly number[], denominators: readonly number[]): number =>
  median(numerators.map((value, round) => value / (denominators[round] ?? NaN)));

export const ms = (value: number): string => `${value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)} ms`;

const quantile = (values: readonly number[], share: number): number => [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? NaN;
/** What 95 of 100 do not exceed. */
export const p95 = (values: readonly number[]): number => quantile(values, 0.95);
/** What 99 of 100 do not exceed. */
export const p99 = (values: readonly number[]): number => quantile(values, 0.99);
