/** The door of the live events. */
export { LiveHub, type HubOptions, type HubStats } from "./hub.js";
export { HUB_LIMITS, type HubLimits } from "./limits.js";
export { registerLive, type LiveDependencies } from "./register.js";
