/** The sections of the administration: what is worked with most comes first. */
export const SECTIONS = ["agents", "departments", "lines", "voice", "messages", "callbacks", "users", "trunks", "organization", "tokens", "webhooks", "audit"] as const;
export type Section = (typeof SECTIONS)[number];
