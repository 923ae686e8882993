/** The door of the security room: who tries passwords of phones, and what is done about it. */
export { addressGroup, isNetwork } from "./addresses.js";
export type { BanOutcome, RegistrationAttempt, SecurityDirectory } from "./ports.js";
export { RegistrationGuard } from "./registration-guard.js";
export { SlidingCounts } from "./sliding-counts.js";
export type { GuardDependencies, GuardSettings } from "./registration-guard.js";
