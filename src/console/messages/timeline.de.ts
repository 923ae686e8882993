import type { TimelineText } from "./timeline.en.js";

const by = (who: string): string => (who === "" ? "" : ` durch ${who}`);
const to = (target: string): string => (target === "" ? "" : ` an ${target}`);

export const timelineDe: TimelineText = {
  queued: (department: string) => (department === "" ? "Wartet" : `Wartet in ${department}`),
  ringing: (who: string) => `Klingelt bei ${who}`,
  missed: (who: string, code: string) => `${who === "" ? "Verpasst" : `${who} verpasst es`}${code === "" ? "" : ` (${code})`}`,
  offerFailed: (who: string, code: string) => `Angebot${to(who)} misslungen${code === "" ? "" : ` (${code})`}`,
  offerWithdrawn: (who: string) => `Angebot${to(who)} zurückgenommen`,
  answered: (who: string) => (who === "" ? "Angenommen" : `${who} nimmt an`),
  resumed: (who: string) => `Fortgesetzt${by(who)}`,
  held: (who: string) => `Gehalten${by(who)}`,
  parked: (who: string) => `Geparkt${by(who)}`,
  scripted: "Im Menü",
  transferred: (who: string, target: string) => `Weiterverbunden${to(target)}${by(who)}`,
  transferFailed: (target: string, code: string) => `Weiterverbinden${to(target)} misslungen (${code})`,
  consulted: (who: string, target: string) => `Rückfrage${target === "" ? "" : ` bei ${target}`} begonnen${by(who)}`,
  consultFailed: (target: string, code: string) => `Rückfrage${target === "" ? "" : ` bei ${target}`} misslungen (${code})`,
  consultCanceled: (who: string) => `Rückfrage beendet${by(who)}`,
  swapped: (who: string) => `Zwischen Anrufer und Rückfrage gewechselt${by(who)}`,
  conferenced: (target: string) => (target === "" ? "Zur Konferenz gemacht" : `${target} dazugeholt`),
  joined: "Mit einem anderen Gespräch zusammengelegt",
  recorded: (action: string) => ({ started: "Aufnahme begonnen", stopped: "Aufnahme beendet", pause: "Aufnahme unterbrochen", resume: "Aufnahme geht weiter" })[action] ?? `Aufnahme: ${action}`,
  moved: (department: string) => (department === "" ? "Priorität geändert" : `Umgesetzt nach ${department}`),
  muted: (who: string) => `Stummgeschaltet${by(who)}`,
  unmuted: (who: string) => `Nicht mehr stumm${by(who)}`,
  help: (reason: string) => (reason === "" ? "Um Hilfe gebeten" : `Um Hilfe gebeten: ${reason}`),
  helpWithdrawn: (who: string) => (who === "" ? "Keine Hilfe mehr nötig" : `${who} braucht keine Hilfe mehr`),
  hungUp: (who: string) => `Aufgelegt${by(who)}`,
  overflowed: (target: string) => `Weitergeleitet${to(target)}`,
  supervised: (who: string, mode: string, what: string) => `${who}: ${({ listen: "Mithören", whisper: "Flüstern", barge: "Zuschalten" })[mode] ?? mode}${what === "ended" ? " beendet" : what === "started" ? " begonnen" : ""}`,
  ended: (who: string) => ({ customer: "Vom Anrufer beendet", agent: "Vom Agenten beendet", system: "Vom System beendet" })[who] ?? "Beendet",
};
