/** The order of the test files. Vitest's own, on a checkout that has run no tests yet, is by their size: the contract suite, a file of six lines, would be left for the end. */
import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Those that take longest, so that no worker still has one of them when the others are done. */
const LONGEST = [
  "contract/simulated", "faults/hostile", "queues/simulated", "faults/two-processes", "faults/connections", "faults/lost-phones", "program-kills/smoke", "http/app", "http/hostile", "contract/tokens",
  "twiml/engine/simulated", "http/voiceconfig", "media/simulated", "store/audit-chain", "call-logs/export", "faults/process", "chaos/smoke", "faults/offers", "faults/left-alone", "faults/unconfirmed",
  "store/accounts", "call-logs/kill", "twiml/engine/meeting-simulated", "voice-app/configuration", "faults/races", "http/matrix", "provisioning/registration-watch", "auth/grants", "queues/figures",
  "faults/access", "phones/placement", "outbound/deliveries", "bounds/collections", "voice-app/application", "faults/wire", "http/faces", "call-logs/records", "config/demo-passwords", "twiml/composed",
  "outbound/kills", "speech/say", "cli/process", "faults/database", "config/package",
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
