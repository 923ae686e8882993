/** What a document says about the caller, for the agent's console and the record: attributes of the call. */
import { PROGRAM_CODES } from "../program-error.js";
import type { Run } from "../run.js";
import type { Enqueue } from "../verbs/enqueue.js";
import type { PartyNoun } from "../verbs/dial.js";

/** Of `<Task>`, which is JSON: what is no text in it is noted as its JSON. */
export function noteTask(run: Run, { task, line }: Enqueue): void {
  if (task === null || task.attributes === "") return;
  const about = { element: "Task", line };
  let json: unknown;
  try {
    json = JSON.parse(task.attributes);
  } catch {
    json = null;
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    run.warn(PROGRAM_CODES.schemaWarning, "Its attributes are no JSON object, so they are skipped.", about);
    return;
  }
  note(run, Object.entries(json).flatMap(([name, value]: [string, unknown]): [string, string][] => (value === null ? [] : [[name, typeof value === "string" ? value : JSON.stringify(value)]])), about);
}

/** Of the `<Parameter>`s of the clients that are called. */
export function noteParameters(run: Run, nouns: readonly PartyNoun[]): void {
  for (const noun of nouns) {
    if (noun.noun === "Client" && noun.parameters.length > 0) note(run, noun.parameters.map(({ name, value }): [string, string] => [name, value]), { element: "Client", line: noun.line });
  }
}

function note(run: Run, attributes: readonly (readonly [string, string])[], about: { readonly element: string; readonly line: number }): void {
  if (attributes.length === 0 || run.leg.hungUp) return;
  const left = run.parts.legs.note(run.leg, Object.fromEntries(attributes));
  if (left.length > 0) run.warn(PROGRAM_CODES.schemaWarning, `Some of its attributes cannot be noted about the call, so they are left out: names are letters, digits and _ . -, values are no longer than 1 KB, and a call has no more than 64.`, about);
}
