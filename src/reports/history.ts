/** A department's queue in the past, in even steps. */
import { invalid } from "../errors.js";
import { serviceLevel } from "./cells.js";
import { eachCounted } from "./fill.js";
import type { FigureStore } from "./ports.js";
import type { HistoryQuery, HistoryStep } from "./types.js";

export const MAX_STEPS = 2000;
const DAY_MS = 86_400_000;

interface Known {
  readonly store: FigureStore;
  readonly now: number;
  /** Since when those wait who wait now. */
  readonly waiting: readonly number[];
  readonly serviceLevelMs: number;
}

/** Steps begin at multiples of their length. Throws InvalidParameter. */
export async function historyOf({ organizationId, department, since, stepS }: HistoryQuery, { store, now, waiting, serviceLevelMs }: Known): Promise<readonly HistoryStep[]> {
  const stepMs = stepS * 1000;
  const from = Math.floor((since?.getTime() ?? now - DAY_MS) / stepMs) * stepMs;
  if (from > now) throw invalid("since", "is in the future.");
  const count = Math.floor((now - from) / stepMs) + 1;
  if (count > MAX_STEPS) throw invalid("since", `is more than ${MAX_STEPS} steps ago.`);
  const steps = Array.from({ length: count }, (_, index) => ({ at: from + index * stepMs, waiting: 0, longestWaitMs: 0, answered: 0, inTime: 0, abandoned: 0 }));
  const indexOf = (moment: number): number => Math.floor((moment - from) / stepMs);
  /** From joining to leaving: of the step in which the caller leaves, and of those at whose end the caller waits. */
  const waits = (joinedAt: number, leftAt: number | null): void => {
    const last = leftAt === null ? count - 1 : indexOf(leftAt);
    for (let index = Math.max(0, indexOf(joinedAt)); index <= last && index < count; index++) {
      const step = steps[index];
      if (step === undefined) continue;
      const end = Math.min(step.at + stepMs, now);
      const isLast = leftAt !== null && index === last;
      if (!isLast) step.waiting++;
      step.longestWaitMs = Math.max(step.longestWaitMs, (isLast ? leftAt : end) - joinedAt);
    }
  };
  await eachCounted(store, organizationId, from, now + 1, (row) => {
    if (row.department !== department || row.kind === "missed" || row.kind === "talk" || row.kind === "hold") return;
    waits(row.at - row.ms, row.at);
    const step = steps[indexOf(row.at)];
    if (step === undefined) return;
    if (row.kind === "abandoned") step.abandoned++;
    if (row.kind !== "answered") return;
    step.answered++;
    if (row.ms <= serviceLevelMs) step.inTime++;
  });
  for (const joinedAt of waiting) waits(joinedAt, null);
  return steps.map(({ inTime, ...step }) => ({ ...step, serviceLevel: serviceLevel(inTime, step.answered, step.abandoned) }));
}
