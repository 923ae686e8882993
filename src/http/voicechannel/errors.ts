/** Errors of seed 000: `{error, message}`; what FreeSWITCH did not confirm in time is 400 there. */
import type { ErrorRenderer } from "../errors.js";

export const renderVoicechannelError: ErrorRenderer = (error) => ({
  status: error.code === "Timeout" ? 400 : error.status,
  body: { error: error.code, message: error.message },
});
