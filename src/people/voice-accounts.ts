/** Under which identity an organization's voice applications and Callplane know each other: an account SID and an auth token, as Twilio has them (https://www.twilio.com/docs/iam/api/account). */
import { createHash, timingSafeEqual } from "node:crypto";
import { sidOf } from "../sids.js";

export interface VoiceAccount {
  readonly organizationId: number;
  /** `AC` and 32 hexadecimal digits. */
  readonly sid: string;
  /** 32 hexadecimal digits: the key of `X-Twilio-Signature`, and the password of the REST API. */
  readonly authToken: string;
  /** The token before the last rotation, which is accepted too until it is forgotten; null: there is none. */
  readonly previousAuthToken: string | null;
  readonly createdAt: Date;
  /** When the auth token was made. */
  readonly rotatedAt: Date;
}

/** The accounts in memory, as fresh as the directory. */
export interface VoiceAccounts {
  bySid(sid: string): VoiceAccount | undefined;
  of(organizationId: number): VoiceAccount | undefined;
}

/** What stands for the account of an organization that has none yet, and never stands for another. */
export const accountSidOf = (accounts: VoiceAccounts, organizationId: number): string => accounts.of(organizationId)?.sid ?? sidOf("AC", `organization ${organizationId}`);

/** At most one account an organization. */
export interface VoiceAccountRepository {
  /** Throws NotFound for the organization, Conflict when it has an account. */
  create(organizationId: number): Promise<VoiceAccount>;
  /** Makes a new auth token; `keepsPrevious`: the present one is accepted until it is forgotten. Throws NotFound. */
  rotate(organizationId: number, options: { readonly keepsPrevious: boolean }): Promise<VoiceAccount>;
  /** The token before the last rotation is accepted no more. Throws NotFound. */
  forgetPrevious(organizationId: number): Promise<VoiceAccount>;
  list(organizationId?: number): Promise<readonly VoiceAccount[]>;
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** Whether this is the account's auth token, or the one before it. Takes as long for any wrong token of the same length. */
export function fitsAuthToken({ authToken, previousAuthToken }: VoiceAccount, presented: string): boolean {
  const given = digest(presented);
  const isCurrent = timingSafeEqual(digest(authToken), given);
  return (previousAuthToken !== null && timingSafeEqual(digest(previousAuthToken), given)) || isCurrent;
}
