import { describe, expect, it } from "vitest";
import { auditDe } from "../../../src/console/messages/audit.de.js";
import { auditEn } from "../../../src/console/messages/audit.en.js";
import { commonDe } from "../../../src/console/messages/common.de.js";
import { commonEn } from "../../../src/console/messages/common.en.js";
import { fieldsDe } from "../../../src/console/messages/fields.de.js";
import { fieldsEn } from "../../../src/console/messages/fields.en.js";
import { callOf, deedOf, whoOf, writtenOf, type AuditEntry } from "../../../src/console/pages/admin/audit-words.js";

const english = { words: auditEn, fields: fieldsEn, status: commonEn.agentState };
const german = { words: auditDe, fields: fieldsDe, status: commonDe.agentState };
const entry = (action: string, target: string, detail: AuditEntry["detail"] = {}) => ({ action, target, detail });

describe("an entry of the audit log in words", () => {
  it.each([
    [entry("login", "admin", { address: "127.0.0.1" }), "signed in", "hat sich angemeldet"],
    [entry("department.update", "support", { changed: "name,priority" }), "changed the department support (Name, Priority)", "hat die Abteilung support geändert (Name, Vorrang)"],
    [entry("user.disable", "eve"), "locked the user eve out", "hat den Benutzer eve ausgesperrt"],
    [entry("line.remove", "+15550100"), "removed the phone line +15550100", "hat die Rufnummer +15550100 entfernt"],
    [entry("agent.credentials", "1001"), "made a new phone password for the agent 1001", "hat ein neues Telefonkennwort erzeugt für den Agenten 1001"],
    [entry("agent.status", "1001", { status: "away", reason: "lunch" }), "set the status of 1001: Away, lunch", "hat den Status von 1001 gesetzt: Abwesend, lunch"],
    [entry("call.hangup", "id", { owner: "1001", outcome: "done" }), "hung a call of 1001 up", "hat ein Gespräch von 1001 beendet"],
    [entry("call.transfer", "id", { owner: null, outcome: "USER_BUSY" }), "transferred a call, which was refused (USER_BUSY)", "hat ein Gespräch verbunden, was abgewiesen wurde (USER_BUSY)"],
    [entry("supervision.start", "id", { mode: "whisper", watched: "1001" }), "began whispering to 1001", "hat begonnen, bei 1001 zu flüstern"],
    [entry("refused", "/audit", { operation: "listAudit", code: "Forbidden", reason: "Not for this role." }), "was refused: Not for this role.", "wurde abgewiesen: Not for this role."],
  ] as const)("says who did what to what: $0.action", (what, inEnglish, inGerman) => {
    expect([deedOf(what, english), deedOf(what, german)]).toEqual([inEnglish, inGerman]);
  });

  it("says who: Callplane itself, and who sat at the command line", () => {
    expect(["admin", "system", "cli:root"].map((actor) => whoOf({ actor }, auditEn))).toEqual(["admin", "Callplane", "root, at the command line"]);
  });

  it("has words for every act that the server writes, and shows an unknown one as it is written", () => {
    for (const act of ["hold", "resume", "hangup", "transfer", "park", "pickup", "move", "mute", "unmute", "record", "attributes", "conference", "consult", "complete", "swap", "cancel", "leave", "dtmf", "bridge"]) expect([auditEn.calls[act], auditDe.calls[act]]).not.toContain(undefined);
    expect(deedOf(entry("new.thing", "x"), english)).toBe("new.thing: x");
    expect(deedOf(entry("call.juggle", "id", { owner: "1001", outcome: "done" }), english)).toBe("acted on a call of 1001 (juggle)");
  });

  it("has all that was written behind it, and the way to the call", () => {
    const what = entry("call.hold", "id-1", { owner: "1001", outcome: "done" });
    expect(writtenOf(what, auditEn)).toEqual([["Action", "call.hold"], ["On what", "id-1"], ["owner", "1001"], ["outcome", "done"]]);
    expect([callOf(what), callOf(entry("recording.read", "r", { call: "id-2" })), callOf(entry("login", "admin"))]).toEqual(["id-1", "id-2", null]);
  });
});
