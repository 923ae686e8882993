import type { Phone } from "./phone.en.js";

const insecure = "Browser geben ein Mikrofon nur Seiten über HTTPS. Fragen Sie Ihre Verwaltung nach der Adresse, die mit https:// beginnt.";

export const phoneDe: Phone = {
  label: "Telefon",
  state: { off: "Telefon aus", registering: "Telefon verbindet", ready: "Telefon bereit", elsewhere: "Telefon in anderem Tab", failed: "Telefon nicht verbunden" },
  beside: "Tischtelefon",
  fault: {
    insecure,
    refused: "Der Browser lässt diese Seite das Mikrofon nicht benutzen. Erlauben Sie es beim Schloss- oder Kamerazeichen neben der Adresse und versuchen Sie es noch einmal.",
    missing: "Es ist kein Mikrofon angeschlossen. Stecken Sie Ihr Headset ein und versuchen Sie es noch einmal.",
    busy: "Das Mikrofon lässt sich nicht öffnen. Vielleicht benutzt es ein anderes Programm: Schließen Sie es und versuchen Sie es noch einmal.",
    gone: "Dieses Gespräch ist nicht mehr auf diesem Telefon.",
    notReady: "Das Telefon in dieser Seite ist nicht bereit.",
    noEcho: "Diese Telefonanlage hat kein Echo, das man anrufen kann.",
    notChanged: "Das andere Mikrofon ließ sich nicht benutzen. Ihr Gespräch geht mit dem bisherigen weiter.",
    failed: "Das Telefon konnte das nicht tun. Versuchen Sie es noch einmal.",
  },
  reason: {
    noAgent: "Sie haben kein eigenes Telefon.",
    switchedOff: "Das Telefon in dieser Seite ist ausgeschaltet. Anrufe klingeln an Ihrem anderen Telefon.",
    notConfigured: "Es ist keine Adresse für Telefone in Browsern gesetzt, wie in der Vorführung. Alles andere geht.",
    insecure,
    server: "Der Server hat das Telefon nicht angemeldet. Es versucht es von selbst wieder.",
    unreachable: "Die Telefonanlage ist nicht erreichbar. Das Telefon versucht es von selbst wieder.",
    refused: "Die Telefonanlage weist dieses Telefon ab. Es versucht es von selbst wieder.",
    reconnecting: "Das Telefon verbindet sich neu. Ein laufendes Gespräch geht weiter.",
  },
  voice: { good: "Ton gut", fair: "Ton mäßig", poor: "Ton schlecht" },
  muted: "Stumm",
  level: "Pegel des Mikrofons",
  systemMicrophone: "Standardmikrofon",
  measured: (rttMs: number, jitterMs: number, lossPct: string) => `Laufzeit hin und zurück ${rttMs} ms, Schwankung ${jitterMs} ms, Verlust ${lossPct} %`,
  elsewhere: "Das Telefon ist in einem anderen Tab.",
  elsewhereLater: "Das Telefon kommt hierher, sobald das Gespräch im anderen Tab beendet ist.",
  useHere: "Hier benutzen",
  tryNow: "Jetzt versuchen",
  blocked: "Der Ton ist blockiert. Klicken Sie, um ihn zu erlauben.",
  rings: "Ein Anruf klingelt",
  consults: "Rückfrage von einem Kollegen zu diesem Anruf",
  ringsFor: (department: string) => `Für ${department}`,
};
