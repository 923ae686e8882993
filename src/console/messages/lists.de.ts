import type { Lists } from "./lists.en.js";

export const listsDe: Lists = {
  filters: "Filter",
  all: "Alle",
  clear: "Filter löschen",
  nothingFound: "Zu diesen Filtern gibt es nichts.",
  newer: (n: number) => (n === 1 ? "Ein neuer Eintrag. Anzeigen" : `${n} neue Einträge. Anzeigen`),
  range: (from: number, to: number, total: number | null) => (total === null ? (to === 0 ? "Nichts" : `${from}–${to}`) : total === 0 ? "0 von 0" : `${from}–${to} von ${total.toLocaleString("de")}`),
  soundFailed: "Das lässt sich nicht abspielen. Vielleicht wurde es entfernt.",
  previous: "Zurück",
  next: "Weiter",
};
