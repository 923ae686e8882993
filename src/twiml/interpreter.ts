/** Runs documents on a leg, verb by verb, until one of them ends. */
import { executeVerb } from "./execution/index.js";
import type { Next } from "./next.js";
import type { DocumentSource, DocumentUrl, Form } from "./ports.js";
import { codeOfError, LegEnded, PROGRAM_CODES, ProgramError } from "./program-error.js";
import type { Run } from "./run.js";
import { readDocument, type Fetched } from "./webhook.js";
import type { Verb } from "./verbs/index.js";

/** Documents in which the caller hears nothing and waits for nothing: a program that goes in circles. */
const MAX_SILENT_DOCUMENTS = 100;

export interface Interpretation {
  readonly source: DocumentSource;
  /** With the first request. */
  readonly parameters?: Form;
  /** Asked when a document cannot be had; null: none. */
  readonly fallback: DocumentUrl | null;
}

/** `end`: the last document is over; `leave`: by a `<Leave>`; `hangup`: by a verb that ends the call. */
export type Outcome = "end" | "leave" | "hangup";

/** Throws ProgramError when a document cannot be had and the fallback neither, LegEnded when the leg has hung up, and the signal's reason. */
export async function interpret(run: Run, { source, parameters = [], fallback }: Interpretation): Promise<Outcome> {
  let document = await obtain(run, fallback, () => first(run, source, parameters));
  for (;;) {
    const next = await runDocument(run, document).catch((error: unknown) => {
      if (error instanceof ProgramError) return error;
      throw error;
    });
    if (next instanceof ProgramError) document = await obtain(run, fallback, () => refuse(run, next));
    else if (next.then === "next") return "end";
    else if (next.then === "hangup" || next.then === "leave") return next.then;
    else document = await obtain(run, fallback, () => following(run, next));
  }
}

/** The verbs of one document in order. `next`: it is over. */
async function runDocument(run: Run, { document, url, method }: Fetched): Promise<Next> {
  run.source = { url, method };
  for (const { code, text, element, line } of document.warnings) run.warn(code, text, { element, line, url });
  for (const verb of document.verbs) {
    run.assertUp();
    const next = await execute(run, verb);
    run.begun = true;
    if (next.then !== "next") return next;
  }
  run.assertUp();
  return { then: "next" };
}

async function execute(run: Run, verb: Verb): Promise<Next> {
  try {
    return await executeVerb(run, verb);
  } catch (error) {
    run.signal.throwIfAborted();
    // What FreeSWITCH refuses on a leg that has ended is no fault of the program.
    if (run.leg.hungUp) throw new LegEnded();
    if (error instanceof ProgramError) throw new ProgramError(error.code, `${error.message} (<${verb.verb}>, line ${verb.line})`, error.url, { cause: error });
    throw error;
  }
}

async function first(run: Run, source: DocumentSource, parameters: Form): Promise<Fetched> {
  if ("twiml" in source) return { document: readDocument(source.twiml), url: null, method: "POST" };
  return run.fetch(source.url, source.method, parameters);
}

async function following(run: Run, next: Extract<Next, { then: "redirect" | "document" }>): Promise<Fetched> {
  run.assertUp();
  countSilent(run);
  if (next.then === "document") return { document: next.document, ...run.source };
  return run.fetch(next.url, next.method, next.parameters);
}

/** A verb's error, which the fallback is told as that of a document. */
async function refuse(run: Run, error: ProgramError): Promise<Fetched> {
  countSilent(run);
  throw error;
}

/** Throws ProgramError for a program that goes in circles. */
function countSilent(run: Run): void {
  run.silentDocuments++;
  if (run.silentDocuments > MAX_SILENT_DOCUMENTS) throw new ProgramError(PROGRAM_CODES.redirects, `The caller has heard nothing for ${MAX_SILENT_DOCUMENTS} documents.`, run.source.url);
}

/** The document, or that of the fallback, which is told what went wrong. */
async function obtain(run: Run, fallback: DocumentUrl | null, get: () => Promise<Fetched>): Promise<Fetched> {
  try {
    return await get();
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    run.error(error.code, error.message, { url: error.url });
    if (fallback === null || error.code === PROGRAM_CODES.redirects) throw error;
    try {
      return await run.fetch(fallback.url, fallback.method, [["ErrorCode", String(error.code)], ["ErrorUrl", error.url ?? ""]]);
    } catch (second) {
      if (second instanceof ProgramError) run.error(codeOfError(second, PROGRAM_CODES.retrieval), `The fallback failed too: ${second.message}`, { url: second.url });
      throw second;
    }
  }
}
