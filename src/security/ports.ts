/** What the security room needs from others, and what it tells. */

/** Told to administrators of the organization, and to root. */
export interface RegistrationAttempt {
  /** `host:port` of the FreeSWITCH that refused. */
  readonly node: string;
  /** Null: the domain is nobody's. */
  readonly organizationId: number | null;
  /** As the phone called itself, cut to what can be shown. */
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

export interface SecurityDirectory {
  organizationByDomain(domain: string): { readonly id: number } | undefined;
}

export type BanOutcome = "done" | "failed" | "timeout" | "dropped";
