/** The last 24 hours of a queue as columns of numbers. */
export interface HistoryStep {
  readonly at: string;
  readonly waiting: number;
  readonly longestWaitS: number;
  readonly answered: number;
  readonly abandoned: number;
  readonly serviceLevel: number | null;
}

export type ChartColumns = readonly [seconds: readonly number[], longestMinutes: readonly number[], abandoned: readonly number[]];

export function chartColumns(steps: readonly HistoryStep[]): ChartColumns {
  return [steps.map(({ at }) => Date.parse(at) / 1000), steps.map(({ longestWaitS }) => longestWaitS / 60), steps.map(({ abandoned }) => abandoned)];
}

export const isQuiet = (steps: readonly HistoryStep[]): boolean => steps.every(({ waiting, longestWaitS, answered, abandoned }) => waiting + longestWaitS + answered + abandoned === 0);

/** Twelve steps of five minutes to an hour: a table of 288 rows is read by nobody. */
export function hourly(steps: readonly HistoryStep[]): readonly HistoryStep[] {
  const hours = new Map<number, HistoryStep[]>();
  for (const step of steps) {
    const hour = Math.floor(Date.parse(step.at) / 3_600_000);
    hours.set(hour, [...(hours.get(hour) ?? []), step]);
  }
  const sum = (of: readonly number[]): number => of.reduce((total, each) => total + each, 0);
  return [...hours].map(([hour, of]) => {
    // An hour in which nothing was answered or abandoned has no level; the others weigh by their calls.
    const counted = of.flatMap(({ serviceLevel, answered, abandoned }) => (serviceLevel === null ? [] : [{ part: serviceLevel, calls: answered + abandoned }]));
    const calls = sum(counted.map(({ calls }) => calls));
    return {
      at: new Date(hour * 3_600_000).toISOString(),
      waiting: Math.max(...of.map(({ waiting }) => waiting)),
      longestWaitS: Math.max(...of.map(({ longestWaitS }) => longestWaitS)),
      answered: sum(of.map(({ answered }) => answered)),
      abandoned: sum(of.map(({ abandoned }) => abandoned)),
      serviceLevel: calls === 0 ? null : sum(counted.map(({ part, calls }) => part * calls)) / calls,
    };
  });
}
