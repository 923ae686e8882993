/** What a benchmark found, and how it is judged. */

export interface Finding {
  readonly what: string;
  /** The two sides in absolute terms, for the reader. */
  readonly measured: string;
  readonly value: number;
  /** `x` for ratios. */
  readonly unit: string;
  readonly target: { readonly atLeast: number } | { readonly atMost: number };
}

export interface Benchmark {
  readonly title: string;
  run(): Promise<readonly Finding[]>;
}

export function passes({ value, target }: Finding): boolean {
  // NaN passes neither.
  return "atLeast" in target ? value >= target.atLeast : value <= target.atMost;
}
