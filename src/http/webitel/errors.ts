/** Errors of seed 003: `{status: "error", info}`, where info is FreeSWITCH's own line or the code in its style. */
import type { ErrorRenderer } from "../errors.js";

export const renderWebitelError: ErrorRenderer = (error) => ({
  status: error.status,
  body: {
    status: "error",
    info: error.details.switchReply ?? `-ERR ${error.code}`,
    ...(error.details.parameter === undefined ? {} : { message: error.message }),
  },
});
