import type { Common } from "./common.en.js";

export const commonDe: Common = {
  locale: "de",
  save: "Speichern",
  cancel: "Abbrechen",
  close: "Schließen",
  remove: "Entfernen",
  loading: "Wird geladen",
  again: "Noch einmal",
  unreachable: "Der Server ist nicht erreichbar. Versuchen Sie es noch einmal.",
  listOf: (names: readonly string[]) => new Intl.ListFormat("de", { type: "conjunction" }).format(names),
  callState: { queued: "Wartet", ringing: "Klingelt", active: "Im Gespräch", held: "Gehalten", parked: "Geparkt", scripted: "Im Menü", ended: "Beendet", consulting: "In Rückfrage", conference: "Konferenz" },
  agentState: { free: "Frei", inCall: "Im Gespräch", ringing: "Klingelt", held: "Hält", wrapUp: "Nachbearbeitung", away: "Abwesend", offline: "Offline", noPhone: "Telefon nicht angemeldet" },
  mode: { listen: "Mithören", whisper: "Flüstern", barge: "Zuschalten" },
  role: { agent: "Agent", supervisor: "Supervisor", admin: "Administrator", service: "Dienst", root: "Betreiber" },
};
