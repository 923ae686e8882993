/** FreeSWITCH's dial strings: `{variables}[variables]endpoint,endpoint|endpoint`. */
import { separate } from "../wire/separate.js";

export interface DialLeg {
  readonly endpoint: string;
  readonly variables: ReadonlyMap<string, string>;
}

export interface DialString {
  readonly variables: ReadonlyMap<string, string>;
  /** Tried one after the other; the legs within one ring together. */
  readonly attempts: readonly (readonly DialLeg[])[];
}

/** Position of the bracket that closes the one at `start`, -1 when none does. */
function closing(text: string, start: number, open: string, close: string): number {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === open) depth++;
    else if (text[i] === close && --depth === 0) return i;
  }
  return -1;
}

/** `a=b,c=d`, or with a delimiter of its own `^^:a=b:c=d`; commas in a value are escaped or quoted. */
export function parseVariables(text: string): Map<string, string> {
  const variables = new Map<string, string>();
  const custom = /^\^\^(.)/.exec(text)?.[1];
  const list = custom === undefined ? separate(text, ",") : separate(text.slice(3), custom);
  for (const item of list) {
    const equals = item.indexOf("=");
    if (equals > 0) variables.set(item.slice(0, equals), item.slice(equals + 1));
  }
  return variables;
}

function takeBrackets(text: string, open: string, close: string): { readonly variables: Map<string, string>; readonly rest: string } {
  const variables = new Map<string, string>();
  let rest = text.trimStart();
  while (rest.startsWith(open)) {
    const end = closing(rest, 0, open, close);
    if (end === -1) break;
    for (const [name, value] of parseVariables(rest.slice(1, end))) variables.set(name, value);
    rest = rest.slice(end + 1).trimStart();
  }
  return { variables, rest };
}

export function parseDialString(text: string): DialString {
  const global = takeBrackets(text, "{", "}");
  const attempts = separate(global.rest, "|").map((attempt) =>
    separate(attempt, ",").map((leg) => {
      const local = takeBrackets(leg, "[", "]");
      return { endpoint: local.rest.trim(), variables: local.variables };
    }),
  );
  return { variables: global.variables, attempts };
}

/** Splits `originate`'s arguments at spaces outside `{}`, `[]`, `()` and quotes. */
export function splitArguments(text: string): string[] {
  const parts: string[] = [];
  let current = "";
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (char === "\\") {
      current += char + text.charAt(++i);
      continue;
    }
    if ("{[(".includes(char)) depth++;
    if ("}])".includes(char)) depth = Math.max(0, depth - 1);
    if (char === " " && depth === 0) {
      if (current !== "") parts.push(current);
      current = "";
    } else current += char;
  }
  if (current !== "") parts.push(current);
  return parts;
}
