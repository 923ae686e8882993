/** Fetches documents of a call's program (https://www.twilio.com/docs/voice/twiml#twilios-request-to-your-application). */
import { NotTwiml, parse, type Document } from "./document.js";
import type { Form, HttpMethod, ProgramAccount, Web, WebCookies } from "./ports.js";
import { codeOfError, PROGRAM_CODES, ProgramError } from "./program-error.js";
import { baseUrl } from "./told-url.js";

/** A document, and where it came from. */
export interface Fetched {
  readonly document: Document;
  /** What its relative addresses are relative to; null: it was given as text. */
  readonly url: string | null;
  readonly method: HttpMethod;
}

export interface FetchRequest {
  readonly url: string;
  readonly method: HttpMethod;
  readonly form: Form;
  readonly account: ProgramAccount;
  readonly cookies: WebCookies;
  readonly signal: AbortSignal;
}

const TWIML = new Set(["text/xml", "application/xml", "text/html"]);
/** What is read aloud at most, as of a `<Say>`. */
const MAX_TEXT = 4096;

/** Throws ProgramError, and the signal's reason. */
export async function fetchDocument(web: Web, { url, method, form, account, cookies, signal }: FetchRequest): Promise<Fetched> {
  const answer = await web.request({ url, method, form, signWith: account.authToken, cookies, signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw new ProgramError(codeOfError(error, PROGRAM_CODES.retrieval), error instanceof Error ? error.message : "The document could not be fetched.", url, { cause: error });
  });
  const base = baseUrl(answer.url, url);
  return { document: documentOf(answer.headers.get("content-type"), answer.body, base, url), url: base, method };
}

/** A document that is there as text. Throws ProgramError. */
export function readDocument(twiml: string, url: string | null = null): Document {
  try {
    return parse(twiml);
  } catch (error) {
    if (!(error instanceof NotTwiml)) throw error;
    throw new ProgramError(error.code, `${error.message}${error.line === null ? "" : ` (line ${error.line})`}`, url, { cause: error });
  }
}

/** By content type: TwiML, audio that is played, or text that is read aloud; after the last two the call ends. */
function documentOf(contentType: string | null, body: Buffer, from: string, asked: string): Document {
  const [type = ""] = (contentType ?? "").split(";");
  const plain = type.trim().toLowerCase();
  if (TWIML.has(plain)) return readDocument(decoded(body, contentType ?? ""), asked);
  if (plain.startsWith("audio/")) return { verbs: [{ verb: "Play", line: 1, url: from, digits: null, loop: 1 }], warnings: [] };
  if (plain === "text/plain") {
    const text = decoded(body, contentType ?? "").trim().slice(0, MAX_TEXT);
    return { verbs: text === "" ? [] : [{ verb: "Say", line: 1, parts: [text], voice: "man", language: null, loop: 1 }], warnings: [] };
  }
  throw new ProgramError(PROGRAM_CODES.contentType, plain === "" ? "The answer has no content type." : `The answer's content type is ${plain.replace(/[^\w./+-]/g, "?").slice(0, 60)}, which is no document.`, asked);
}

/** In the character set that the content type names, where Node.js knows it; else UTF-8. */
function decoded(body: Buffer, contentType: string): string {
  const charset = /charset\s*=\s*"?([\w.:-]{1,40})/i.exec(contentType)?.[1] ?? "utf-8";
  try {
    // A byte order mark is no blank before the XML declaration.
    return new TextDecoder(charset).decode(body);
  } catch {
    return new TextDecoder().decode(body);
  }
}

/** An address of a document, absolute. Throws ProgramError for what is none, and for a relative one where there is nothing that it could be relative to. */
export function absoluteUrl(reference: string, base: string | null): string {
  let url: URL;
  try {
    url = base === null ? new URL(reference) : new URL(reference, base);
  } catch {
    throw new ProgramError(PROGRAM_CODES.invalidUrl, base === null ? "The address is not absolute, and there is no document that it could be relative to." : "This is no address.", base);
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") throw new ProgramError(PROGRAM_CODES.invalidUrl, "The address is neither http nor https.", base);
  return url.href;
}
