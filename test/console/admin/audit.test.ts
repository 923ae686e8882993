import { describe, expect, it } from "vitest";
import { auditDe } from "../../../src/console/messages/audit.de.js";
import { auditEn } from "../../../src/console/messages/audit.en.js";
import { commonDe } from "../../../src/console/messages/common.de.js";
import { commonEn } from "../../../src/console/messages/common.en.js";
import { fieldsDe } from "../../../src/console/messages/fields.de.js";
import { fieldsEn } from "../../../src/console/messages/fields.en.js";
import { auditActions } from "./audit-actions.js";
import { callOf, deedOf, whoOf, writtenOf, type AuditEntry } from "../../../src/console/pages/admin/audit-words.js";

const english = { words: auditEn, fields: fieldsEn, status: commonEn.agentState };
const german = { words: auditDe, fields: fieldsDe, status: commonDe.agentState };
const entry = (action: string, target: string, detail: AuditEntry["detail"] = {}) => ({ action, target, detail });

const [LEG, WATCHED] = ["cccccccc-0000-4000-8000-000000000003", "d784210d-6b06-4144-9008-ab7451c0ffee"];

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
    [entry("supervision.start", "id", { supervisor: "1003", mode: "whisper", leg: LEG, watched: WATCHED, agent: "1001" }), "began whispering to 1001", "hat begonnen, bei 1001 zu flüstern"],
    // As it was written before the agent was.
    [entry("supervision.end", "id", { supervisor: "1003", mode: "listen", leg: LEG, watched: WATCHED, reason: "asked" }), "ended listening to a call", "hat aufgehört, bei einem Gespräch mitzuhören"],
    [entry("call.leg.hangup", "id", { owner: "1001", outcome: "done" }), "hung one party of a call of 1001 up", "hat bei einem Teilnehmer eines Gesprächs von 1001 aufgelegt"],
    [entry("call.leg.mute", "id", { owner: null, outcome: "done" }), "muted one party of a call", "hat einen Teilnehmer eines Gesprächs stummgeschaltet"],
    [entry("call.help.withdraw", "id", { owner: "1001", outcome: "done" }), "took back the request for help in a call of 1001", "hat die Bitte um Hilfe in einem Gespräch von 1001 zurückgenommen"],
    [entry("audit.chain_broken", "audit log", { expected: 7, found: 5 }), "found that somebody else had changed the audit log: its entries no longer fit together", "hat festgestellt, dass jemand anderes das Protokoll verändert hat: Seine Einträge passen nicht mehr zusammen"],
    [entry("session.reused", "carol", { address: "192.0.2.10" }), "showed a sign-in that was used up already, which was ended: it may have been stolen", "hat eine schon verbrauchte Anmeldung vorgezeigt, die beendet wurde: Sie könnte gestohlen sein"],
    [entry("refused", "/audit", { operation: "listAudit", code: "Forbidden", reason: "Not for this role." }), "was refused: Not for this role.", "wurde abgewiesen: Not for this role."],
  ] as const)("says who did what to what: $0.action", (what, inEnglish, inGerman) => {
    expect([deedOf(what, english), deedOf(what, german)]).toEqual([inEnglish, inGerman]);
  });

  it("says who: Callplane itself, and who sat at the command line", () => {
    expect(["admin", "system", "cli:root"].map((actor) => whoOf({ actor }, auditEn))).toEqual(["admin", "Callplane", "root, at the command line"]);
  });

  const actions = auditActions();
  it("knows each way in which the server writes one", () => {
    const some = ["audit.chain_broken", "call.bridge", "call.hangup", "call.help.withdraw", "call.leg.answer", "call.program", "callback.cancel", "login.failed", "records.close", "refused", "refused.more", "session.reused", "stream.stop", "supervision.follow", "user.enable", "account.forgetPrevious", "agent.status", "org.set", "calllog.delete", "security.registration_attack"];
    expect(some.filter((one) => !actions.includes(one))).toEqual([]);
  });

  it.each(actions)("has words for %s, in both languages", (action) => {
    for (const names of [english, german]) {
      const said = deedOf(entry(action, "it", { mode: "listen", agent: "1001" }), names);
      expect(said).not.toBe(names.words.unknown(action, "it"));
      expect(said).not.toContain(`(${action.slice(action.indexOf(".") + 1)})`);
    }
  });

  it("says one thing of one act alone, where acts differ in what they do to a call, a supervision or the log", () => {
    for (const names of [english, german]) {
      const said = actions.filter((action) => /^(?:call|supervision|audit|session|stream)\./.test(action)).map((action) => deedOf(entry(action, "it", { mode: "listen", agent: "1001" }), names));
      expect(said.filter((one, at) => said.indexOf(one) !== at)).toEqual([]);
    }
  });

  it("shows an act that it does not know as it is written", () => {
    expect(deedOf(entry("new.thing", "x"), english)).toBe("new.thing: x");
    expect(deedOf(entry("call.juggle", "id", { owner: "1001", outcome: "done" }), english)).toBe("acted on a call of 1001 (juggle)");
  });

  it("has all that was written behind it, and the way to the call", () => {
    const what = entry("call.hold", "id-1", { owner: "1001", outcome: "done" });
    expect(writtenOf(what, auditEn)).toEqual([["Action", "call.hold"], ["On what", "id-1"], ["owner", "1001"], ["outcome", "done"]]);
    expect([callOf(what), callOf(entry("recording.read", "r", { call: "id-2" })), callOf(entry("login", "admin"))]).toEqual(["id-1", "id-2", null]);
  });
});
