import type { Reports } from "./reports.en.js";

export const reportsDe: Reports = {
  title: "Berichte",
  zone: (zone: string) => `Nach der Uhr des Unternehmens (${zone}).`,
  kinds: { departments: "Abteilungen", agents: "Agenten" },
  intervals: { "15min": "Viertelstunde", hour: "Stunde", day: "Tag" },
  choose: { kind: "Bericht über", interval: "Je", range: "Zeit", from: "Von", to: "Bis einschließlich", name: "Nur", measure: "Diagramm" },
  ranges: { today: "Heute", yesterday: "Gestern", week: "Letzte 7 Tage", month: "Letzte 31 Tage", own: "Andere Tage" },
  all: "Alle",
  csv: "Als CSV herunterladen",
  empty: "In dieser Zeit ist nichts geschehen.",
  hideEmpty: "Zeiten ohne Ereignisse ausblenden",
  total: "Zusammen",
  more: (shown: number, all: number) => `Mehr zeigen (${shown} von ${all})`,
  cut: (n: number) => `Es sind nur die ersten ${n.toLocaleString("de")} Zeilen zu sehen. Die CSV-Datei enthält alle.`,
  chart: (measure: string, who: string) => `Diagramm: ${measure}, ${who}. Die Tabelle darunter enthält dieselben Zahlen.`,
  columns: { at: "Ab", name: "Name", offered: "Angeboten", answered: "Angenommen", answeredInTime: "Rechtzeitig", abandoned: "Aufgegeben", overflowed: "Weitergeschickt", moved: "Verschoben", serviceLevel: "Erreichbarkeit", averageWaitS: "Mittlere Wartezeit", longestWaitS: "Längste Wartezeit", missed: "Verpasst", calls: "Gespräche", talkS: "Gesprochen", holdS: "Gehalten", wrapUpS: "Nachbearbeitung", occupancy: "Auslastung", onlineS: "Frei", inCallS: "Im Gespräch", awayS: "Abwesend", offlineS: "Offline" },
};
