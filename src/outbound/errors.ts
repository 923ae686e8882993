/**
 * Why a request to somebody else's server failed. The codes are those of Twilio's error dictionary (twilio.com/docs/api/errors), since programs are told them as
 * `ErrorCode`.
 */
import { systemCode } from "../system-errors.js";

/** What failed: the URL's form, the address (guarded), the connection, the answer's time, its status, its form, its redirects, its size; `aborted` by whoever asked, `busy`: too many requests at once. */
export type OutboundFailure = "url" | "address" | "connect" | "time" | "status" | "protocol" | "redirect" | "size" | "aborted" | "busy";

export const OUTBOUND_CODES = {
  badUrl: 11100,
  retrieval: 11200,
  totalTime: 11203,
  connection: 11205,
  protocol: 11206,
  hostName: 11210,
  redirects: 11215,
  badRedirect: 11216,
  status: 11217,
  tls: 11220,
  certificateDomain: 11235,
  certificateExpired: 11236,
  certificate: 11237,
} as const;

export type OutboundCode = (typeof OUTBOUND_CODES)[keyof typeof OUTBOUND_CODES];

/** The message holds neither the URL nor anything of it that could be a secret. */
export class OutboundError extends Error {
  readonly code: OutboundCode;
  readonly failure: OutboundFailure;
  /** The HTTP status that was answered, for `status` and `redirect`. */
  readonly status: number | null;

  constructor(code: OutboundCode, failure: OutboundFailure, message: string, options: ErrorOptions & { readonly status?: number } = {}) {
    super(message, options);
    this.name = "OutboundError";
    this.code = code;
    this.failure = failure;
    this.status = options.status ?? null;
  }
}

/** What a guarded lookup fails with, in the form in which Node.js passes it on. */
export class AddressRefused extends Error implements NodeJS.ErrnoException {
  readonly code = "CALLPLANE_ADDRESS_REFUSED";

  constructor() {
    super("The host's address is not one that may be asked.");
    this.name = "AddressRefused";
  }

  translated(): OutboundError {
    return new OutboundError(OUTBOUND_CODES.connection, "address", this.message);
  }
}

const CERTIFICATE: Readonly<Record<string, readonly [code: OutboundCode, message: string]>> = {
  ERR_TLS_CERT_ALTNAME_INVALID: [OUTBOUND_CODES.certificateDomain, "The server's certificate is for another name."],
  CERT_HAS_EXPIRED: [OUTBOUND_CODES.certificateExpired, "The server's certificate has expired."],
  CERT_NOT_YET_VALID: [OUTBOUND_CODES.certificateExpired, "The server's certificate is not valid yet."],
};
const UNTRUSTED = /^(?:UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_|INVALID_CA|HOSTNAME_MISMATCH)/;

/** What Node.js reports of a request, in these words. `connected`: whether it was after the connection was there. */
export function outboundError(error: unknown, connected: boolean): OutboundError {
  if (error instanceof OutboundError) return error;
  // With several addresses the first failure stands for all.
  const cause: unknown = error instanceof AggregateError && error.errors.length > 0 ? error.errors[0] : error;
  if (cause instanceof OutboundError) return cause;
  if (cause instanceof AddressRefused) return cause.translated();
  const code = systemCode(cause);
  const certificate = CERTIFICATE[code];
  if (certificate !== undefined) return new OutboundError(certificate[0], "connect", certificate[1], { cause: error });
  if (UNTRUSTED.test(code)) return new OutboundError(OUTBOUND_CODES.certificate, "connect", "The server's certificate is signed by nobody who is trusted.", { cause: error });
  if (code.startsWith("ERR_SSL_") || code.startsWith("ERR_TLS_") || code === "EPROTO") return new OutboundError(OUTBOUND_CODES.tls, "connect", "TLS could not be agreed on.", { cause: error });
  if (code === "ENOTFOUND" || code === "EAI_AGAIN" || code === "EAI_FAIL" || code === "ENODATA") return new OutboundError(OUTBOUND_CODES.hostName, "connect", "The host name is not known.", { cause: error });
  if (code.startsWith("HPE_") || code.startsWith("Z_") || code.startsWith("ERR__ERROR_FORMAT") || code.startsWith("ERR_BROTLI") || code === "ERR_PADDING_2") return new OutboundError(OUTBOUND_CODES.protocol, "protocol", "The answer is no HTTP that can be read.", { cause: error });
  if (!connected) return new OutboundError(OUTBOUND_CODES.connection, "connect", `The connection failed${code === "" ? "" : ` (${code})`}.`, { cause: error });
  return new OutboundError(OUTBOUND_CODES.retrieval, "protocol", `The connection broke off${code === "" ? "" : ` (${code})`}.`, { cause: error });
}
