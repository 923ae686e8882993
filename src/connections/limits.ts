/** The limits of the connections to one listener, as they are configured. */
export interface ConnectionSettings {
  /** Connections open at once. */
  readonly connectionsMax: number;
  /** Connections of one address (an IPv6 /64 is one) that have not carried an authenticated request. */
  readonly connectionsPerAddress: number;
  /** Requests of one connection that wait for the reply to an earlier one. */
  readonly pipelineMax: number;
  /** Seconds that a client may read nothing of what is written to it. */
  readonly stallTimeoutS: number;
  /** Seconds that a request may take to arrive as a whole. */
  readonly receiveTimeoutS: number;
}
