/** What was skipped and what failed in a call's programs, for whoever wrote them. */
import type { Logger } from "../logger.js";

export interface ProgramNote {
  readonly at: Date;
  readonly level: "warning" | "error";
  /** Twilio's error code. */
  readonly code: number;
  readonly text: string;
  /** The element and its line, where it is about one. */
  readonly element: string | null;
  readonly line: number | null;
  /** Without user, password and query, which may hold secrets. */
  readonly url: string | null;
}

/** Of one call. */
const MAX_NOTES = 100;
const MAX_CALLS = 2000;

interface Notes {
  readonly organizationId: number;
  /** Bounded by `MAX_NOTES`. */
  readonly list: ProgramNote[];
}

/** An address for a log. */
export function shownUrl(url: string): string {
  try {
    const { origin, pathname } = new URL(url);
    return `${origin}${pathname}`;
  } catch {
    return "(no URL)";
  }
}

export class ProgramLog {
  readonly #logger: Logger;
  /** By CallSid, the oldest first. Bounded by `MAX_CALLS`, each by `MAX_NOTES`. */
  readonly #notes = new Map<string, Notes>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  add(organizationId: number, callSid: string, note: Omit<ProgramNote, "at" | "url" | "element" | "line"> & { readonly url?: string | null; readonly element?: string; readonly line?: number }): void {
    const { level, code, text, element = null, line = null } = note;
    const url = note.url == null ? null : shownUrl(note.url);
    const kept: Notes = this.#notes.get(callSid) ?? { organizationId, list: [] };
    this.#notes.delete(callSid);
    this.#notes.set(callSid, kept);
    if (kept.list.length < MAX_NOTES) kept.list.push({ at: new Date(), level, code, text, element, line, url });
    const [oldest] = this.#notes.keys();
    if (this.#notes.size > MAX_CALLS && oldest !== undefined) this.#notes.delete(oldest);
    this.#logger[level === "error" ? "warn" : "info"]({ callSid, organizationId, code, ...(element === null ? {} : { element, line }), ...(url === null ? {} : { url }) }, `a program's ${level}: ${text}`);
  }

  /** The notes of a call, oldest first; none for another organization's. */
  of(organizationId: number, callSid: string): readonly ProgramNote[] {
    const kept = this.#notes.get(callSid);
    return kept?.organizationId === organizationId ? kept.list : [];
  }
}
