/** Errors of seed 001: `{error, message}`. */
import type { ErrorRenderer } from "../errors.js";

export const renderVoicetwilioError: ErrorRenderer = (error) => ({ status: error.status, body: { error: error.code, message: error.message } });
