/** The order of the test files. Vitest's own, on a checkout that has run no tests yet, is by their size: the contract suite, a file of six lines, would be left for the end. */
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Those that take longest, so that no worker still has one of them when the others are done. */
const LONGEST = [
  "contract/simulated", "queues/simulated", "faults/left-alone", "faults/hostile", "console-browser/accessible", "http/description", "console-browser/lost",
  "faults/two-processes", "faults/lost-phones", "faults/connections", "client/generated", "webhooks/kills", "twiml/engine/simulated", "faults/offers",
  "console-browser/answering", "bounds/collections", "twiml/engine/killed-simulated", "http/twilio/two-phones", "call-logs/records", "cli/doctor-open",
  "outbound/two-processes", "faults/unconfirmed", "config/package", "media/simulated", "twiml/engine/half-way", "program-kills/smoke", "console/desk/deeds",
  "twiml/engine/meeting-simulated", "faults/process", "simulator/traffic", "faults/wire", "queues/figures", "cli/process", "chaos/smoke", "cli/doctor",
  "cli/commands", "faults/access", "console-browser/shell", "console/admin/audit", "freeswitch/node", "speech/say", "twiml/engine/dial-simulated", "faults/tenants",
  "faults/supervision", "live/directory", "queues/reports", "cli/units", "http/hostile", "faults/races", "call-logs/kill", "http/docs-page", "outbound/client",
  "call-logs/messages", "faults/dial-limits", "console-browser/two-people", "faults/slow-bridges", "docs/backup", "faults/database", "faults/several-phones",
  "store/call-log-list", "queues/left-ringing", "outbound/kills", "contract/tokens", "call-logs/export", "calls/state-writer", "live/settings", "docs/walk",
  "twiml/engine/behind", "provisioning/snapshot", "store/audit-chain", "console-browser/supervisor", "http/app", "faults/gone",
];

/** Those with a page come one after the other, since a worker has a page or none and each change would be another worker; and first, while the checks use what they leave of the processor. */
const PAGE = "// @vitest-environment happy-dom";

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const placed = (await super.sort(files)).map((file) => ({ file, place: placeOf(file) }));
    return placed.sort((a, b) => a.place - b.place).map(({ file }) => file);
  }
}

function placeOf({ moduleId }: TestSpecification): number {
  if (readFileSync(moduleId, "utf8").startsWith(PAGE)) return -1;
  const found = LONGEST.indexOf(relative(import.meta.dirname + "/..", moduleId).replace(/\.test\.ts$/, ""));
  return found === -1 ? LONGEST.length : found;
}
