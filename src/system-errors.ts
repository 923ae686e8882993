/** Errors of the operating system, as Node.js gives them. */

/** Their code, such as ENOENT; "" for any other error. */
export const systemCode = (error: unknown): string => (error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "");

/** Whether there is no such file. */
export const isMissing = (error: unknown): boolean => systemCode(error) === "ENOENT";
