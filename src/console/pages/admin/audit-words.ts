/** An entry of the audit log in words: who did what to what. What there are no words for is shown as it is written. */
import type { components } from "../../api/openapi.js";
import type { FormWords } from "../../forms/overlay.js";
import type { Audit } from "../../messages/audit.en.js";
import type { FieldTexts } from "../../messages/fields.en.js";

export type AuditEntry = components["schemas"]["AuditEntry"];

/** How the words of the page name what the log names shortly. */
export interface AuditNames {
  readonly words: Audit;
  readonly fields: FieldTexts;
  /** The status of an agent, as people call it. */
  readonly status: Readonly<Record<string, string>>;
}

const textOf = (value: AuditEntry["detail"][string] | undefined): string => (value === undefined || value === null ? "" : String(value));

export function whoOf({ actor }: Pick<AuditEntry, "actor">, { who }: Audit): string {
  if (actor === "system") return who.system;
  return actor.startsWith("cli:") ? who.cli(actor.slice("cli:".length)) : actor;
}

/** The form in which the fields of a thing are named. */
const FORMS: Readonly<Record<string, "agents" | "departments" | "voice" | "lines" | "trunks" | "users" | "webhooks" | "organization">> = { agent: "agents", department: "departments", config: "voice", line: "lines", trunk: "trunks", user: "users", webhook: "webhooks", org: "organization" };

function changedFields(thing: string, detail: AuditEntry["detail"], fields: FieldTexts): string {
  const form = FORMS[thing];
  const words: FormWords = form === undefined ? {} : fields[form];
  return textOf(detail["changed"]).split(",").filter((name) => name !== "").map((name) => words[name]?.label ?? name).join(", ");
}

const STATUSES: Readonly<Record<string, string>> = { online: "free", away: "away", offline: "offline", inCall: "inCall" };

/** What was done, without who did it. */
export function deedOf({ action, target, detail }: Pick<AuditEntry, "action" | "target" | "detail">, { words, fields, status }: AuditNames): string {
  const said = (name: string): string => textOf(detail[name]);
  switch (action) {
    case "login":
    case "logout":
    case "login.failed":
    case "session.reused":
    case "audit.chain":
    case "audit.chain_broken":
    case "audit.retention":
    case "audit.prune":
    case "stream.start":
    case "stream.stop":
      return words[action];
    case "agent.status": {
      if (detail["withdrawn"] === true) return words.withdrawn(target);
      if (said("wrapUpByS") !== "") return words.extended(target, said("wrapUpByS"));
      const set = said("status");
      return words["agent.status"](target, [status[STATUSES[set] ?? ""] ?? set, said("reason")].filter((part) => part !== "").join(", "));
    }
    case "agent.away":
    case "token.client":
    case "webhook.disabled":
    case "records.close":
      return words[action](target);
    case "refused":
      return words.refused([said("reason") || said("code") || said("operation"), said("rule")].filter((part) => part !== "").join(", "));
    case "refused.more":
      return words["refused.more"](said("count"));
    case "security.registration_attack":
      return words.attack(said("user") || target);
    case "report.export":
      return words.reportExport;
    case "audit.export":
      return words.auditExport;
  }
  const [thing = ""] = action.split(".", 1);
  // An act may have words of its own, such as `leg.hangup`.
  const deed = action.slice(thing.length + 1);
  if (thing === "call") {
    const whose = said("owner") === "" ? "" : words.of(said("owner"));
    const outcome = said("outcome");
    return (words.calls[deed]?.(whose) ?? words.anyCall(deed, whose)) + (outcome === "" || outcome === "done" ? "" : words.failed(outcome));
  }
  if (thing === "supervision") {
    const way = deed === "start" || deed === "switch" || deed === "end" || deed === "follow" ? words.supervision[deed] : null;
    // `watched` is a leg's id, which means nothing to people; older entries and those of programs name no agent.
    return way === null || said("mode") === "" ? words.supervision.other(deed) : way(said("mode"), said("agent") || words.aCall);
  }
  const [done, what] = [words.deeds[deed], words.things[thing]];
  if (done === undefined || what === undefined) return words.unknown(action, target);
  const changed = changedFields(thing, detail, fields);
  return done(what(target)) + (changed === "" ? "" : words.changed(changed));
}

/** Which call of the log it is about; null: none. */
export function callOf({ action, target, detail }: Pick<AuditEntry, "action" | "target" | "detail">): string | null {
  if (action.startsWith("call.") || action.startsWith("supervision.") || action.startsWith("stream.") || /^calllog\.(create|update)$/.test(action)) return target;
  const call = textOf(detail["call"]);
  return call === "" ? null : call;
}

/** All that was written, for whoever has to prove something. */
export const writtenOf = ({ action, target, detail }: Pick<AuditEntry, "action" | "target" | "detail">, { detail: labels }: Audit): readonly (readonly [string, string])[] => [
  [labels.action, action],
  [labels.target, target],
  ...Object.entries(detail).map(([name, value]) => [name, textOf(value)] as const),
];
