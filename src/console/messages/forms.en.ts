import type { FormWords } from "../forms/overlay.js";

const variants: FormWords = {
  client: { label: "An agent" },
  department: { label: "A department" },
  config: { label: "Another menu" },
  url: { label: "An application (TwiML)" },
  phonenumber: { label: "A phone number" },
  voicemail: { label: "The answering machine" },
  message: { label: "Leave a message" },
  hangup: { label: "End the call" },
  say: { label: "Say a text" },
  play: { label: "Play a sound" },
};
/** Fields that mean the same in every form, by the kind that they belong to. */
const shared: FormWords = {
  "client.to": { label: "Agent", hint: "" },
  "department.to": { label: "Department", hint: "" },
  "config.to": { label: "Menu", hint: "" },
  "url.to": { label: "Address" },
  "url.method": { label: "Asked with", empty: "POST" },
  "phonenumber.to": { label: "Number", hint: "" },
  "message.greeting": { label: "Greeting before the tone", empty: "The usual one" },
  "say.text": { label: "Text", hint: "" },
  "say.voice": { label: "Voice", empty: "The usual one", hint: "" },
  "say.language": { label: "Language", empty: "That of the menu", hint: "" },
  "play.url": { label: "Address of the sound", hint: "" },
};

export const formsEn = {
  variants,
  shared,
  choose: "Choose …",
  none: "None",
  nothing: "Nothing yet",
  used: "In use",
  add: "Add",
  addTo: (label: string) => `Add to ${label}`,
  addKey: "Add a key",
  key: (key: string) => `Key ${key}`,
  levelOf: (name: string) => `Level of ${name}`,
  removeWord: (word: string) => `Remove ${word}`,
  removeRow: (n: number) => `Remove row ${n}`,
  saved: "Saved",
  notYet: (n: number) => (n === 1 ? "One field needs another look:" : `${n} fields need another look:`),
  changedMeanwhile: "Somebody else has changed this meanwhile:",
  lookAtIt: "Look at it (drops your changes)",
  overwrite: "Overwrite with my changes",
  leave: "What you have changed here is not saved. Leave anyway?",
  fault: {
    missing: "This is needed.",
    notANumber: "This is not a number.",
    notWhole: "This must be a whole number.",
    form: "This does not have the right form.",
    nothingChosen: "Choose one of these.",
    tooSmall: (limit: number) => `At least ${limit}.`,
    tooLarge: (limit: number) => `At most ${limit}.`,
    tooLong: (limit: number) => `At most ${limit} characters.`,
    tooShort: (limit: number) => `At least ${limit} characters.`,
    tooMany: (limit: number) => `At most ${limit} of them.`,
    tooFew: (limit: number) => (limit === 1 ? "At least one." : `At least ${limit} of them.`),
  },
};
export type Forms = typeof formsEn;
