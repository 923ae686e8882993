import { expect, it } from "vitest";
import { chartColumns, hourly, isQuiet, type HistoryStep } from "../../../src/console/pages/queues/chart.js";

const step = (at: string, of: Partial<HistoryStep> = {}): HistoryStep => ({ at, waiting: 0, longestWaitS: 0, answered: 0, abandoned: 0, serviceLevel: null, ...of });
const steps = [
  step("2026-03-02T10:00:00Z", { waiting: 3, longestWaitS: 90, answered: 3, abandoned: 1, serviceLevel: 0.5 }),
  step("2026-03-02T10:55:00Z", { waiting: 1, longestWaitS: 30, answered: 12, serviceLevel: 1 }),
  step("2026-03-02T11:00:00Z"),
];

it("gives the chart its columns, the waits in minutes", () => {
  expect(chartColumns(steps)).toEqual([[1772445600, 1772448900, 1772449200], [1.5, 0.5, 0], [1, 0, 0]]);
});

it("sums up by the hour, the level weighed by its calls", () => {
  expect(hourly(steps)).toEqual([
    step("2026-03-02T10:00:00.000Z", { waiting: 3, longestWaitS: 90, answered: 15, abandoned: 1, serviceLevel: (0.5 * 4 + 12) / 16 }),
    step("2026-03-02T11:00:00.000Z"),
  ]);
});

it("knows when nothing has happened", () => {
  expect(isQuiet(steps)).toBe(false);
  expect(isQuiet([step("2026-03-02T10:00:00Z")])).toBe(true);
});
