/** The order of the test files. Vitest's own, on a checkout that has run no tests yet, is by their size: the contract suite, a file of six lines, would be left for the end. */
import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Those that take longest, so that no worker still has one of them when the others are done. */
const LONGEST = [
  "contract/simulated", "queues/simulated", "faults/left-alone", "faults/lost-phones", "faults/connections", "twiml/engine/simulated", "webhooks/kills", "faults/hostile", "faults/two-processes",
  "twiml/engine/killed-simulated", "http/twilio/two-phones", "outbound/two-processes", "faults/unconfirmed", "twiml/engine/half-way", "media/simulated", "twiml/engine/meeting-simulated",
  "program-kills/smoke", "call-logs/records", "faults/access", "http/description", "client/generated", "freeswitch/node", "faults/wire", "queues/figures", "queues/reports", "simulator/traffic",
  "faults/offers", "faults/supervision", "faults/tenants", "faults/races", "call-logs/kill", "docs/backup", "http/docs-page", "cli/doctor-open", "twiml/engine/dial-simulated", "call-logs/messages",
  "chaos/smoke", "faults/gone", "faults/database", "cli/units", "twiml/engine/behind", "faults/process", "queues/left-ringing", "provisioning/snapshot", "simulator/conform", "speech/say",
  "faults/dial-limits", "webhooks/delivery", "faults/several-phones", "http/app",
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
