/** Errors of seed 002: `{status, description}`, the status in words. */
import { STATUS_CODES } from "node:http";
import type { ErrorRenderer } from "../errors.js";

/** FreeSWITCH's words for what became of a call have no status of their own here, so the description begins with them. */
const IS_SWITCH_WORD = /^[A-Z_]+$/;

export const renderCallError: ErrorRenderer = (error) => ({
  status: error.status,
  body: {
    status: (STATUS_CODES[error.status] ?? "error").toLowerCase(),
    description: IS_SWITCH_WORD.test(error.code) ? `${error.code}: ${error.message}` : error.message,
  },
});
