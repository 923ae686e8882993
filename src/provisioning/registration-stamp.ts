/**
 * By which credential a phone has registered. The directory gives FreeSWITCH a stamp of it as the variable `registration_metadata`, which FreeSWITCH
 * keeps with the registration and tells in its events and lists (sofia_reg.c, switch_core_sqldb.c), over restarts of both.
 */
import { createHash } from "node:crypto";
import type { SipHashes, UserRecord } from "../people/index.js";

/** What of a login makes its phone's registrations end when it changes; undefined: nobody logs in as this agent. */
export type LoginPart = Pick<UserRecord, "role" | "passwordHash">;

const STAMP = /^callplane1\.([0-9a-f]{16})\.([0-9a-f]{16}|-)$/;
const NO_LOGIN = "-";

/** Enough to tell credentials apart, and nothing to guess a password by: what goes in holds 128 random bits or a salt. */
const fingerprint = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);
const printOf = (login: LoginPart | undefined): string => (login === undefined ? NO_LOGIN : fingerprint(`${login.role} ${login.passwordHash}`));

/** For a registration with the password of this hash (RFC 2617, A1). */
export const registrationStamp = (a1: string, login: LoginPart | undefined): string => `callplane1.${fingerprint(a1)}.${printOf(login)}`;

export const isStamp = (metadata: string): boolean => STAMP.test(metadata);

export const sameLogin = (one: LoginPart | undefined, other: LoginPart | undefined): boolean => one?.role === other?.role && one?.passwordHash === other?.passwordHash;

/** The credentials of one agent, as stamps tell them. */
export class GoodStamps {
  readonly #login: string;
  /** Until when each is good, epoch milliseconds. Bounded by the agent's credentials. */
  readonly #until = new Map<string, number>();

  constructor({ own, oneTime }: SipHashes, login: LoginPart | undefined) {
    this.#login = printOf(login);
    for (const { a1, expiresAt } of oneTime) this.#until.set(fingerprint(a1), expiresAt.getTime());
    if (own !== null) this.#until.set(fingerprint(own), Infinity);
  }

  /** Until when the credential of the stamp is good: Infinity for the agent's own password; null when it never was, or is no more. A login that was made since takes nothing away. */
  goodUntil(metadata: string): number | null {
    const [, credential = "", login] = STAMP.exec(metadata) ?? [];
    return login === NO_LOGIN || login === this.#login ? (this.#until.get(credential) ?? null) : null;
  }
}
