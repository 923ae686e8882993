/** What the server has refused, at the field that it means. */
import type { ApiProblem } from "../api/problem.js";
import type { Faults } from "./check.js";
import type { Field } from "./model.js";

export interface Refusal {
  readonly faults: Faults;
  /** What belongs to no field of the form. */
  readonly rest: string | null;
}

const FIELD = /^([\w.*#-]+): (.+)$/s;

/** The sentence without the field's name, at the deepest path of the form that it names. */
export function refusalOf(fields: readonly Field[], { message, code, status }: Pick<ApiProblem, "message" | "code" | "status">): Refusal {
  const [, path = "", sentence = ""] = FIELD.exec(message) ?? [];
  const isOfField = fields.some(({ name }) => name === path.split(".")[0]);
  if (isOfField && (code === "InvalidParameter" || status === 403 || status === 409)) return { faults: new Map([[path, { kind: "said", text: sentenceOf(sentence) }]]), rest: null };
  // "maxOutboundCalls is set by root alone: …" names its field without a colon.
  const first = message.split(" ")[0] ?? "";
  if (status === 403 && fields.some(({ name }) => name === first)) return { faults: new Map([[first, { kind: "said", text: message }]]), rest: null };
  return { faults: new Map(), rest: message };
}

/** "is empty." as a sentence of its own. */
const sentenceOf = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
