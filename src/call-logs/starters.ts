/** Who began a recording, in one word. */
import type { CallAct } from "../calls/index.js";
import { messageTo } from "../queues/index.js";

/** Whoever began a recording that nobody is known to have asked for: FreeSWITCH's dialplan. */
export const SWITCH = "switch";
/** The rule of a department or line. */
export const POLICY = "policy";
/** Words for those who are no user; `program` is the store's, of what a program has named first. */
const WORDS: ReadonlySet<string> = new Set([SWITCH, POLICY, "program"]);

/** An outside issuer gives its users whatever names it likes: one that could be read as something else is marked as a name, so that nobody but the queue makes a message of a recording. */
export function starterOf({ actor, detail }: Pick<CallAct, "actor" | "detail">): string {
  const { department } = detail;
  if (department !== undefined) return messageTo(department);
  return WORDS.has(actor) || actor.includes(":") ? `user:${actor}` : actor;
}
