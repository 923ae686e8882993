/** The order of the test files. Vitest's own, on a checkout that has run no tests yet, is by their size: the contract suite, a file of six lines, would be left for the end. */
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Those that take longest, so that no worker still has one of them when the others are done; those that mostly wait beside those that mostly compute. */
const LONGEST = [
  "contract/simulated", "queues/simulated", "faults/hostile", "cli/doctor-open", "bounds/collections", "chaos/smoke", "faults/left-alone", "http/large-replies",
  "faults/lost-phones", "auth/grants", "client/generated", "faults/access", "webhooks/kills", "cli/units", "faults/connections", "docs/walk", "console-browser/lost",
  "outbound/kills", "faults/two-processes", "cli/commands", "http/description", "cli/process", "console-browser/accessible", "outbound/client", "http/hostile",
  "faults/slow-bridges", "faults/offers", "cli/doctor", "config/package", "queues/figures", "store/call-log-list", "simulator/traffic", "twiml/engine/simulated",
  "call-logs/records", "program-kills/smoke", "store/audit-chain", "faults/races", "faults/tenants", "call-logs/export", "faults/supervision", "faults/wire",
  "twiml/engine/dial-simulated", "console-browser/answering", "http/voiceconfig", "faults/process", "freeswitch/node", "http/twilio/two-phones", "console/desk/deeds",
  "twiml/engine/killed-simulated", "live/directory", "call-logs/kill", "store/open", "console-browser/two-people", "queues/reports", "outbound/two-processes",
  "call-logs/messages", "faults/several-phones", "docs/backup", "webhooks/delivery", "contract/tokens", "http/app", "faults/dial-limits", "faults/unconfirmed",
  "live/settings", "http/docs-page", "call-logs/cdr", "faults/database", "cli/lines", "queues/left-ringing", "provisioning/snapshot", "media/simulated",
  "simulator/conform", "twiml/engine/half-way", "phones/placement", "http/matrix", "console-browser/shell", "speech/say", "console-browser/supervisor",
  "provisioning/registration-watch", "faults/toll", "twiml/engine/meeting-simulated", "calls/state-writer", "call-logs/locked", "twiml/composed", "faults/gone",
  "twiml/engine/behind",
];

/** Those with a page come one after the other, and last: a worker has a page or none, and each change would be another worker. */
const PAGE = "// @vitest-environment happy-dom";

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const placed = (await super.sort(files)).map((file) => ({ file, place: placeOf(file) }));
    return placed.sort((a, b) => a.place - b.place).map(({ file }) => file);
  }
}

function placeOf({ moduleId }: TestSpecification): number {
  const found = LONGEST.indexOf(relative(import.meta.dirname + "/..", moduleId).replace(/\.test\.ts$/, ""));
  if (found !== -1) return found;
  return LONGEST.length + (readFileSync(moduleId, "utf8").startsWith(PAGE) ? 1 : 0);
}
