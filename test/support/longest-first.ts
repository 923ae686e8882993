/** The order of the test files. Vitest's own, on a checkout that has run no tests yet, is by their size: the contract suite, a file of six lines, would be left for the end. */
import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Those that take longest, so that no worker still has one of them when the others are done. */
const LONGEST = [
  "contract/simulated", "queues/simulated", "call-logs/export", "bounds/collections", "faults/connections", "faults/two-processes", "faults/lost-phones", "faults/hostile",
  "faults/access", "store/audit-chain", "http/app", "faults/offers", "faults/process", "faults/races", "faults/unconfirmed", "faults/wire", "faults/several-phones", "cli/process",
  "http/hostile", "faults/left-alone", "speech/say", "faults/database", "call-logs/kill", "media/simulated", "twiml/engine/simulated", "twiml/engine/meeting-simulated",
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const found = LONGEST.indexOf(relative(import.meta.dirname + "/..", moduleId).replace(/\.test\.ts$/, ""));
      return found === -1 ? LONGEST.length : found;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}
