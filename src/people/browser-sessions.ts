/** Logins of browsers: each has a cookie that is exchanged for a new one with every new access token. */
export interface BrowserSession {
  readonly id: string;
  readonly userId: number;
  /** How often the cookie has been exchanged. */
  readonly generation: number;
  /** SHA-256 of the present cookie's secret, hexadecimal. */
  readonly hash: string;
  readonly rotatedAt: Date;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export type SessionRotation = Pick<BrowserSession, "hash" | "rotatedAt" | "expiresAt">;

export interface BrowserSessionRepository {
  /** `maxOfUser`: how many the user has afterwards, this one included; those that were used the longest time ago end. */
  create(session: BrowserSession, maxOfUser: number): Promise<void>;
  find(id: string): Promise<BrowserSession | null>;
  /** Makes the next generation; false when the session is gone or another request has made it. */
  rotate(session: Pick<BrowserSession, "id" | "generation">, rotation: SessionRotation): Promise<boolean>;
  /** Its access tokens go with it. Whether there was one. */
  remove(id: string): Promise<boolean>;
  /** The ids of those that last. */
  list(): Promise<readonly string[]>;
  /** Removes those that have expired before; gives how many. */
  purge(before: Date): Promise<number>;
}
