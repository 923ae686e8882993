/** The door of the dialling room: what an organization may dial, how often, how long and under which number. */
export { countryOfNumber, homeCountry, isCountry, type HomeFacts } from "./country.js";
export { emergencyNumbers } from "./emergency-numbers.js";
export { shadowedEmergencies } from "./shadowed.js";
export { canonicalNumber, readNumber } from "./numbers.js";
export { Dialling, type DiallingDependencies } from "./policy.js";

export type { DialDirectory, DialPlace, DialPolicy, DialRefusal, DialRoute, DialRules, Dialler, LiveOutsideCalls } from "./ports.js";
