/** The order of the test files. Vitest's own, on a checkout that has run no tests yet, is by their size: the contract suite, a file of six lines, would be left for the end. */
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Those that take longest, so that no worker still has one of them when the others are done; those that mostly wait beside those that mostly compute. */
const LONGEST = [
  "contract/simulated", "queues/simulated", "faults/hostile", "bounds/collections", "faults/left-alone", "faults/lost-phones", "client/generated", "webhooks/kills", "faults/connections",
  "console-browser/lost", "faults/two-processes", "http/description", "console-browser/accessible", "http/hostile", "faults/offers", "config/package", "store/call-log-list",
  "twiml/engine/simulated", "program-kills/smoke", "faults/races", "call-logs/export", "faults/wire", "console-browser/answering", "faults/process", "http/twilio/two-phones",
  "twiml/engine/killed-simulated", "call-logs/kill", "console-browser/two-people", "outbound/two-processes", "faults/several-phones", "webhooks/delivery", "http/app", "faults/unconfirmed",
  "http/docs-page", "faults/database", "queues/left-ringing", "media/simulated", "twiml/engine/half-way", "http/matrix", "speech/say", "provisioning/registration-watch",
  "twiml/engine/meeting-simulated", "call-logs/locked", "faults/gone", "cli/doctor-open", "chaos/smoke", "http/large-replies", "auth/grants", "faults/access", "cli/units", "docs/walk",
  "outbound/kills", "cli/commands", "cli/process", "outbound/client", "faults/slow-bridges", "cli/doctor", "queues/figures", "simulator/traffic", "call-logs/records", "store/audit-chain",
  "faults/tenants", "faults/supervision", "twiml/engine/dial-simulated", "http/voiceconfig", "freeswitch/node", "console/desk/deeds", "live/directory", "store/open", "queues/reports",
  "call-logs/messages", "docs/backup", "contract/tokens", "faults/dial-limits", "live/settings", "call-logs/cdr", "cli/lines", "provisioning/snapshot", "simulator/conform",
  "phones/placement",
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
