/** Errors of seed 004: `{status: "fail", error: CODE}`. */
import type { ErrorRenderer } from "../errors.js";

export const renderTel4vnError: ErrorRenderer = (error) => ({
  status: error.status,
  body: { status: "fail", error: error.code, ...(error.details.parameter === undefined ? {} : { message: error.message }) },
});
