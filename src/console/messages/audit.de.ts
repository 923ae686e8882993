import type { Audit } from "./audit.en.js";

const modes: Readonly<Record<string, string>> = { listen: "mitzuhören", whisper: "zu flüstern", barge: "mitzusprechen" };

export const auditDe: Audit = {
  things: {
    agent: (name) => `den Agenten ${name}`, user: (name) => `den Benutzer ${name}`, department: (name) => `die Abteilung ${name}`, config: (name) => `das Menü ${name}`, line: (name) => `die Rufnummer ${name}`, trunk: (name) => `die Leitung ${name}`,
    token: (name) => `das Token ${name}`, webhook: (name) => `den Webhook ${name}`, org: (name) => `das Unternehmen ${name}`, directory: (name) => `${name} im Verzeichnis`, callback: () => "einen Rückruf", message: () => "die Nachricht eines Anrufers", calllog: () => "einen Eintrag der Anrufliste", recording: () => "eine Aufzeichnung", account: (name) => `das Konto ${name}`,
  },
  deeds: {
    create: (what) => `hat ${what} angelegt`, update: (what) => `hat ${what} geändert`, set: (what) => `hat ${what} geändert`, delete: (what) => `hat ${what} entfernt`, remove: (what) => `hat ${what} entfernt`, disable: (what) => `hat ${what} ausgesperrt`, enable: (what) => `hat ${what} wieder zugelassen`, revoke: (what) => `hat ${what} widerrufen`,
    rotate: (what) => `hat ein neues Geheimnis erzeugt für ${what}`, test: (what) => `hat eine Probe gesendet an ${what}`, passwd: (what) => `hat ein Kennwort gesetzt für ${what}`, credentials: (what) => `hat ein neues Telefonkennwort erzeugt für ${what}`, cancel: (what) => `hat ${what} abgesagt`, read: (what) => `hat ${what} angehört`, grant: (what) => `hat ${what} zum Anhören geöffnet`, export: () => "hat die Anrufliste heruntergeladen",
  },
  calls: {
    hold: (whose) => `hat ein Gespräch${whose} gehalten`, resume: (whose) => `hat ein Gespräch${whose} fortgesetzt`, hangup: (whose) => `hat ein Gespräch${whose} beendet`, transfer: (whose) => `hat ein Gespräch${whose} verbunden`, park: (whose) => `hat ein Gespräch${whose} geparkt`, pickup: () => "hat einen Anruf übernommen", move: () => "hat einen Wartenden umgesetzt", mute: (whose) => `hat ein Gespräch${whose} stummgeschaltet`, unmute: (whose) => `hat ein Gespräch${whose} wieder hörbar gemacht`,
    record: (whose) => `hat die Aufzeichnung eines Gesprächs${whose} geändert`, attributes: (whose) => `hat die Angaben zum Anrufer eines Gesprächs${whose} geändert`, conference: (whose) => `hat jemanden zu einem Gespräch${whose} dazugeholt`, consult: (whose) => `hat eine Rückfrage zu einem Gespräch${whose} begonnen`, complete: (whose) => `hat ein Gespräch${whose} nach Rückfrage übergeben`, swap: (whose) => `hat in einem Gespräch${whose} die Seite gewechselt`,
    cancel: (whose) => `hat abgebrochen, was zu einem Gespräch${whose} lief`, leave: (whose) => `hat ein Gespräch${whose} verlassen`, dtmf: (whose) => `hat Ziffern in ein Gespräch${whose} gesendet`, bridge: (whose) => `hat ein Gespräch${whose} mit einem anderen verbunden`,
  },
  of: (agent) => ` von ${agent}`,
  anyCall: (act, whose) => `hat in ein Gespräch${whose} eingegriffen (${act})`,
  supervision: {
    start: (mode, agent) => `hat begonnen, bei ${agent} ${modes[mode] ?? mode}`,
    switch: (mode, agent) => `hat umgeschaltet, um bei ${agent} ${modes[mode] ?? mode}`,
    end: (mode, agent) => `hat aufgehört, bei ${agent} ${modes[mode] ?? mode}`,
    other: (what) => `hat ein Gespräch begleitet (${what})`,
  },
  aCall: "einem Gespräch",
  login: "hat sich angemeldet",
  logout: "hat sich abgemeldet",
  "login.failed": "wollte sich anmelden und wurde abgewiesen",
  "agent.status": (agent, status) => `hat den Status von ${agent} gesetzt: ${status}`,
  withdrawn: (agent) => `hat den nächsten Status von ${agent} zurückgenommen`,
  extended: (agent, s) => `hat ${agent} ${s} s mehr Nachbearbeitung gegeben`,
  "agent.away": (agent) => `hat ${agent} nach verpassten Anrufen abwesend gemeldet`,
  "token.client": (agent) => `hat ein Telefon von ${agent} verbunden`,
  "webhook.disabled": (name) => `hat den Webhook ${name} ausgeschaltet, der nicht zu erreichen war`,
  refused: (what) => `wurde abgewiesen: ${what}`,
  "refused.more": (count) => `wurde noch ${count}-mal abgewiesen`,
  attack: (user) => `hat bemerkt, dass jemand das Telefonkennwort von ${user} zu erraten sucht`,
  chain: "hat die Führung des Protokolls selbst geändert",
  reportExport: "hat einen Bericht heruntergeladen",
  auditExport: "hat das Protokoll heruntergeladen",
  unknown: (action, target) => `${action}: ${target}`,
  failed: (code) => `, was abgewiesen wurde (${code})`,
  changed: (fields) => ` (${fields})`,
  who: { system: "Callplane", cli: (name) => `${name}, auf der Kommandozeile` },
  behind: "Einzelheiten",
  openCall: "Das Gespräch öffnen",
  detail: { action: "Vorgang", target: "Woran" },
};
