import type { ConnectionSettings } from "../../src/connections/index.js";

/** The defaults of the configuration. */
export const CONNECTIONS: ConnectionSettings = { connectionsMax: 10_000, connectionsPerAddress: 2000, pipelineMax: 8, stallTimeoutS: 30, receiveTimeoutS: 30 };
