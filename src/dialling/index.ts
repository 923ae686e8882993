/** The door of the dialling room: what an organization may dial, how often, how long and under which number. */
export { Dialling } from "./policy.js";
export type { DiallingDependencies } from "./policy.js";
export { DIAL_REFUSALS } from "./ports.js";
export type { DialDirectory, DialMetrics, DialRefusal, DialRules, LiveOutsideCalls } from "./ports.js";
