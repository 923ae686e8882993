/**
 * The catalogue of everything that Callplane refuses, and how each refusal looks to a caller.
 * Rooms throw `CallplaneError`; each HTTP face renders it in its own dialect (CONTRACT: Errors).
 */

interface CatalogueEntry {
  /** HTTP status in every face, unless the face says otherwise (`seeds/000_e2594b29d1bf22c7.txt` answers 400 for Timeout). */
  readonly status: number;
  /** Default text, used when the thrower gives none. */
  readonly message: string;
}

export const ERROR_CATALOGUE = {
  InvalidParameter: { status: 400, message: "A parameter is missing or malformed." },
  Unauthorized: { status: 401, message: "A valid token is needed." },
  Forbidden: { status: 403, message: "Your role may not do this." },
  NotYourCall: { status: 403, message: "The call belongs to somebody else." },
  NotFound: { status: 404, message: "There is no such object." },
  MethodNotAllowed: { status: 405, message: "The path does not take this method." },
  Conflict: { status: 409, message: "The call is not in a state that allows this." },
  InUse: { status: 409, message: "Something else points to it." },
  USER_BUSY: { status: 409, message: "The target is busy." },
  USER_NOT_REGISTERED: { status: 409, message: "The target has no registered phone." },
  NO_ANSWER: { status: 409, message: "The target did not answer in time." },
  CALL_REJECTED: { status: 409, message: "The target refused the call." },
  PROGRAM_UNREACHABLE: { status: 502, message: "The program could not be reached, or broke the protocol." },
  CANCELED: { status: 409, message: "Somebody called it off while the phone was ringing." },
  CALL_FAILED: { status: 409, message: "FreeSWITCH could not complete the call." },
  PHONE_DID_NOT_ANSWER: { status: 409, message: "The phone did not answer when it was asked to. Answer it at the phone." },
  HELD_BY_PHONE: { status: 409, message: "A phone of the call holds it, and only that phone can take it back." },
  NUMBER_NOT_ALLOWED: { status: 403, message: "The organization may not dial this number." },
  DIAL_LIMIT: { status: 429, message: "The organization has its fill of calls to the outside." },
  PreconditionFailed: { status: 412, message: "It has been changed meanwhile: read it again." },
  PayloadTooLarge: { status: 413, message: "The body is larger than 256 KB." },
  UnsupportedMediaType: { status: 415, message: "The content type is not supported." },
  RateLimited: { status: 429, message: "Too many requests." },
  Timeout: { status: 504, message: "FreeSWITCH did not confirm in time." },
  SwitchUnavailable: { status: 503, message: "The FreeSWITCH of this call is not reachable." },
  DatabaseUnavailable: { status: 503, message: "The database cannot take this now." },
  Busy: { status: 503, message: "Too much of this is under way at once." },
  Internal: { status: 500, message: "An unexpected error." },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;
export const ERROR_CODES: readonly ErrorCode[] = Object.keys(ERROR_CATALOGUE).filter((code): code is ErrorCode => code in ERROR_CATALOGUE);

/** Something that points to an object. */
export interface UsedBy {
  readonly type: "line" | "config" | "department" | "agent" | "callback" | "organization";
  readonly id: string;
}

export interface ErrorDetails {
  /** What points to it, for InUse. */
  readonly usedBy?: readonly UsedBy[];
  /** The parameter at fault, for InvalidParameter. */
  readonly parameter?: string;
  /** The call at stake, for NotYourCall. */
  readonly callId?: string;
  /** The agent id that owns the call, for NotYourCall. */
  readonly owner?: string;
  /** Seconds until it makes sense to try again, for SwitchUnavailable, DatabaseUnavailable, RateLimited and Busy. */
  readonly retryAfterS?: number;
  /** FreeSWITCH's own line (`-ERR …`), where there is one. */
  readonly switchReply?: string;
  /** A leg has ended with it, so that it is no refusal of FreeSWITCH's own. */
  readonly ofLeg?: boolean;
}

/** A refusal from the catalogue. The message may be shown to the caller, so it never carries a secret. */
export class CallplaneError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message?: string, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(message ?? ERROR_CATALOGUE[code].message, options);
    this.name = "CallplaneError";
    this.code = code;
    this.status = ERROR_CATALOGUE[code].status;
    this.details = details;
  }
}

/** Why work is called off when Callplane stops: what goes on in FreeSWITCH without it is left for the next process to take over. */
export class ShuttingDown extends CallplaneError {
  constructor() {
    super("SwitchUnavailable", "Callplane is shutting down.", { retryAfterS: 5 });
  }
}

/** Why a phone is called off when somebody else has taken the call: it shows no missed call. */
export class AnsweredElsewhere extends CallplaneError {
  constructor(message = "Somebody else was first.") {
    super("Conflict", message);
  }
}

/** Why a phone is called off when its agent takes no calls any more. */
export class OfferWithdrawn extends CallplaneError {
  constructor() {
    super("Conflict", "The agent takes no calls now.");
  }
}

export const invalid = (parameter: string, message: string): CallplaneError =>
  new CallplaneError("InvalidParameter", `${parameter}: ${message}`, { parameter });

export const notFound = (what: string): CallplaneError => new CallplaneError("NotFound", `${what} does not exist.`);

export const conflict = (message: string): CallplaneError => new CallplaneError("Conflict", message);

/** The ownership refusal; every face renders it as `{"status":"forbidden","description":"Call|<id> belongs to <agent>"}` (`seeds/002_dfba42f890073f0f.txt`). */
export const notYourCall = (callId: string, owner: string): CallplaneError =>
  new CallplaneError("NotYourCall", `Call|${callId} belongs to ${owner}`, { callId, owner });

/** The node of this call cannot be reached now; heals by itself. */
export const switchUnavailable = (node: string): CallplaneError =>
  new CallplaneError("SwitchUnavailable", `The FreeSWITCH ${node} is not reachable.`, { retryAfterS: 5 });
