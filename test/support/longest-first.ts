/** The order of the test files. Vitest's own, on a checkout that has run no tests yet, is by their size: the contract suite, a file of six lines, would be left for the end. */
import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Those that take longest, so that no worker still has one of them when the others are done. */
const LONGEST = ["contract/simulated", "queues/simulated", "faults/two-processes", "faults/offers", "faults/hostile", "faults/races", "faults/lost-phones", "faults/connections", "faults/left-alone", "faults/unconfirmed", "queues/left-ringing", "faults/gone"];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const found = LONGEST.indexOf(relative(import.meta.dirname + "/..", moduleId).replace(/\.test\.ts$/, ""));
      return found === -1 ? LONGEST.length : found;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}
