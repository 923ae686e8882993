/**
 * Stamps of the credential that a phone registered with. The directory gives FreeSWITCH the stamp as the variable `registration_metadata`, which FreeSWITCH
 * keeps with the registration and shows in its events and lists (sofia_reg.c, switch_core_sqldb.c), over restarts of both.
 */
import { createHash } from "node:crypto";
import type { SipHashes, UserRecord } from "../people/index.js";

/** The part of a login whose change ends the phone's registrations; undefined: nobody logs in as this agent. */
export type LoginPart = Pick<UserRecord, "role" | "passwordHash">;

const STAMP = /^callplane1\.([0-9a-f]{16})\.([0-9a-f]{16}|-)$/;
const NO_LOGIN = "-";

/** Tells credentials apart without helping to guess a password: the text holds 128 random bits or a salt. */
const fingerprint = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);
const printOf = (login: LoginPart | undefined): string => (login === undefined ? NO_LOGIN : fingerprint(`${login.role} ${login.passwordHash}`));

/** For a registration with the password of this hash (RFC 2617, A1). */
export const registrationStamp = (a1: string, login: LoginPart | undefined): string => `callplane1.${fingerprint(a1)}.${printOf(login)}`;

export const isStamp = (metadata: string): boolean => STAMP.test(metadata);

export const sameLogin = (one: LoginPart | undefined, other: LoginPart | undefined): boolean => one?.role === other?.role && one?.passwordHash === other?.passwordHash;

/** The good credentials of one agent, by their stamps. */
export class GoodStamps {
  readonly #login: string;
  /** Until when each is good, epoch milliseconds. Bounded by the agent's credentials. */
  readonly #until = new Map<string, number>();

  constructor({ own, oneTime }: SipHashes, login: LoginPart | undefined) {
    this.#login = printOf(login);
    for (const { a1, expiresAt } of oneTime) this.#until.set(fingerprint(a1), expiresAt.getTime());
    if (own !== null) this.#until.set(fingerprint(own), Infinity);
  }

  /** Until when the credential of the stamp is good: Infinity for the agent's own password; null when it is not. A login made since then withdraws nothing. */
  goodUntil(metadata: string): number | null {
    const [, credential = "", login] = STAMP.exec(metadata) ?? [];
    return login === NO_LOGIN || login === this.#login ? (this.#until.get(credential) ?? null) : null;
  }
}
