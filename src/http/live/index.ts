/** The door of the live events. */
export { LiveHub, HUB_LIMITS, type HubLimits, type HubOptions, type HubStats } from "./hub.js";
export { registerLive, type LiveDependencies } from "./register.js";
