/**
 * TwiML documents: from text to verbs (https://www.twilio.com/docs/voice/twiml).
 *
 * What is no TwiML at all is refused as a whole. What is unknown, misplaced or malformed within a document is skipped, and told as a warning.
 */
import { Reading, type Warning } from "./reading.js";
import { VERBS, type Verb } from "./verbs/index.js";
import { NotXml, readXml, type XmlElement } from "./xml.js";

export interface Document {
  /** In the order of the document. */
  readonly verbs: readonly Verb[];
  readonly warnings: readonly Warning[];
}

/** Twilio's error 12100: the body is no TwiML document (https://www.twilio.com/docs/api/errors/12100). */
export class NotTwiml extends Error {
  readonly code = 12100;
  /** Where the fault is, from 1; null when it concerns the whole. */
  readonly line: number | null;

  constructor(message: string, line: number | null) {
    super(message);
    this.name = "NotTwiml";
    this.line = line;
  }
}

/** What is taken of one document. */
export const DOCUMENT_LIMITS = { length: 2_097_152, depth: 20, elements: 10_000, attributes: 100 } as const;
const MAX_VERBS = 1000;

/**
 * The verbs of a document, with what was skipped of it.
 * @throws NotTwiml when it is not well formed, has a document type, has no `<Response>`, or is beyond the limits
 */
export function parse(body: string): Document {
  const root = response(body);
  const reading = new Reading();
  reading.attributes(root).done();
  const verbs = reading.children(root, VERBS);
  if (verbs.length > MAX_VERBS) throw new NotTwiml(`The document has more than ${MAX_VERBS} verbs.`, verbs[MAX_VERBS]?.line ?? null);
  return { verbs, warnings: reading.warnings };
}

function response(body: string): XmlElement {
  try {
    const root = readXml(body, DOCUMENT_LIMITS);
    if (root.name === "Response") return root;
    throw new NotTwiml("The outermost element is not <Response>.", root.line);
  } catch (error) {
    if (error instanceof NotXml) throw new NotTwiml(error.message, error.line);
    throw error;
  }
}
