/** The door of the room of voice programs: TwiML documents and what runs them. */
export { NotTwiml, parse, type Document } from "./document.js";
export type { Warning } from "./reading.js";
export type { Verb } from "./verbs/index.js";
