/** The connections to our HTTP listeners, and what they may cost. */
export { Connections, type ConnectionsOptions } from "./connections.js";
export type { ConnectionSettings } from "./limits.js";
