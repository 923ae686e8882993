/** A phone that FreeSWITCH refused. */
export interface RegistrationAttempt {
  /** `host:port` of the FreeSWITCH that refused. */
  readonly node: string;
  /** Null: no organization has the domain. */
  readonly organizationId: number | null;
  /** What the phone sent, cut to what can be shown. */
  readonly user: string;
  readonly domain: string;
  readonly address: string;
  readonly userAgent: string;
  readonly method: "REGISTER" | "INVITE";
  /** Of the address within the window, this one included. */
  readonly failures: number;
  /** Whether the ban command is run for the address now. */
  readonly banned: boolean;
}

export type BanOutcome = "done" | "failed" | "timeout" | "dropped";
