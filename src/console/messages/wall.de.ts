import type { WallText } from "./wall.en.js";

export const wallDe: WallText = {
  departments: "Abteilungen",
  agents: "Agenten",
  calls: "Laufende Gespräche",
  view: "Ansicht",
  waiting: "wartend",
  longest: "längste",
  none: "–",
  level: "Erreicht",
  goal: (percent: string) => `Ziel ${percent}`,
  free: "frei",
  busy: (n: number) => `${n} beschäftigt`,
  alarm: {
    wait: (limit: string) => `Wartet über ${limit}`,
    waiting: (limit: number) => `${limit} oder mehr warten`,
    level: "Unter dem Ziel",
    nobody: "Kein Agent da",
  },
  spark: (name: string) => `${name}: Wartende in der letzten Stunde`,
  totals: { free: (n: number) => `${n} frei`, inCall: (n: number) => `${n} im Gespräch`, ringing: (n: number) => (n === 1 ? "bei 1 klingelt es" : `bei ${n} klingelt es`), wrapUp: (n: number) => `${n} in Nachbearbeitung`, away: (n: number) => `${n} abwesend`, noPhone: (n: number) => `${n} ohne Telefon`, offline: (n: number) => `${n} offline` },
  groupBy: "Gruppieren",
  grouped: { department: "Nach Abteilung", state: "Nach Zustand", name: "Nach Name" },
  noDepartment: "Keine Abteilung",
  agentCount: (n: number) => (n === 1 ? "1 Agent" : `${n} Agenten`),
  noDepartments: "Noch keine Abteilungen. Sie erscheinen hier mit denen, die in ihnen warten.",
  noAgents: "Noch keine Agenten.",
};
