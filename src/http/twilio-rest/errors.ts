/** Refusals as Twilio's API words them (twilio.com/docs/usage/twilios-response): `{code, message, more_info, status}`. */
import { CallplaneError, type ErrorCode } from "../../errors.js";

const MORE_INFO = "https://www.twilio.com/docs/errors/";

/** A refusal with a code of Twilio's own. */
export class TwilioError extends CallplaneError {
  readonly twilioCode: number;

  constructor(twilioCode: number, message: string, code: ErrorCode = "InvalidParameter") {
    super(code, message);
    this.name = "TwilioError";
    this.twilioCode = twilioCode;
  }
}

export const unknownResource = (path: string): TwilioError => new TwilioError(20404, `The requested resource ${path} was not found`, "NotFound");

/** Codes of Twilio's error dictionary for what Callplane refuses by itself. */
const CODES: Readonly<Partial<Record<ErrorCode, number>>> = {
  InvalidParameter: 20001,
  Unauthorized: 20003,
  MethodNotAllowed: 20004,
  Forbidden: 20403,
  NotFound: 20404,
  Conflict: 20409,
  InUse: 20409,
  PayloadTooLarge: 20413,
  UnsupportedMediaType: 20415,
  RateLimited: 20429,
  Internal: 20500,
  SwitchUnavailable: 20503,
  DatabaseUnavailable: 20503,
  Busy: 20503,
  Timeout: 20504,
  NUMBER_NOT_ALLOWED: 21215,
  DIAL_LIMIT: 20429,
};

export function twilioBody(error: CallplaneError): Readonly<Record<string, string | number>> {
  const code = error instanceof TwilioError ? error.twilioCode : (CODES[error.code] ?? 20001);
  return { code, message: error.message, more_info: `${MORE_INFO}${code}`, status: error.status };
}
