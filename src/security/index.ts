/** The door of the security room: who guesses passwords of phones, and bans. */
export { addressGroup, isNetwork } from "./addresses.js";
export type { BanOutcome, RegistrationAttempt } from "./ports.js";
export { RegistrationGuard, type GuardDependencies, type GuardSettings } from "./registration-guard.js";
export { SlidingCounts } from "./sliding-counts.js";
