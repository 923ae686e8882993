/** The limits of the connections to one listener. Times in milliseconds. */
export interface ConnectionLimits {
  /** Connections open at once. */
  readonly total: number;
  /** Connections of one address (an IPv6 /64 is one) that have not carried an authenticated request; null: not counted. */
  readonly perAddress: number | null;
  /** Requests of one connection that wait for the reply to an earlier one. */
  readonly pipelined: number;
  /** How long a client may read nothing of what is written to it. */
  readonly stallMs: number;
  /** How long a request may take to arrive as a whole. */
  readonly receiveMs: number;
}

/** The configured limits. */
export interface ConnectionSettings {
  readonly connectionsMax: number;
  readonly connectionsPerAddress: number;
  readonly pipelineMax: number;
  readonly stallTimeoutS: number;
  readonly receiveTimeoutS: number;
}

/** `peersAreProxies`: the peer of each connection is the proxy in front, so its address says nothing about the client. */
export function connectionLimits(settings: ConnectionSettings, { peersAreProxies }: { readonly peersAreProxies: boolean }): ConnectionLimits {
  return {
    total: settings.connectionsMax,
    perAddress: peersAreProxies ? null : settings.connectionsPerAddress,
    pipelined: settings.pipelineMax,
    stallMs: settings.stallTimeoutS * 1000,
    receiveMs: settings.receiveTimeoutS * 1000,
  };
}
