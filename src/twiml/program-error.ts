/** Why a program cannot go on, with the code of Twilio's error dictionary (https://www.twilio.com/docs/api/errors), which its fallback is told. */
import { toldUrl } from "./told-url.js";

export const PROGRAM_CODES = {
  invalidUrl: 11100,
  retrieval: 11200,
  notTwiml: 12100,
  schemaWarning: 12200,
  contentType: 12300,
  /** Too many documents that let the caller hear nothing. */
  redirects: 11215,
  /** An error of our own, or of FreeSWITCH. */
  internal: 31000,
} as const;

export class ProgramError extends Error {
  readonly code: number;
  /** The address that it concerns, without user and password; null: none. */
  readonly url: string | null;

  constructor(code: number, message: string, url: string | null = null, options?: ErrorOptions) {
    super(message, options);
    this.name = "ProgramError";
    this.code = code;
    this.url = url === null ? null : toldUrl(url);
  }
}

/** The code that an error of another room carries. */
export function codeOfError(error: unknown, otherwise: number): number {
  return error instanceof Error && "code" in error && typeof error.code === "number" ? error.code : otherwise;
}

/** Why a program's stretch ends before its document does: the leg has hung up. */
export class LegEnded extends Error {
  constructor() {
    super("The leg hung up.");
    this.name = "LegEnded";
  }
}

/** Somebody has given the program another document. */
export class Replaced extends Error {
  constructor() {
    super("The program was given another document.");
    this.name = "Replaced";
  }
}
