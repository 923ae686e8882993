/** Long-lived tokens of integrations. */
import { assertMayAdminister, assertMayGrant, issueServiceToken, type IssuedToken, type ServiceTokenRequest } from "../auth/index.js";
import { notFound } from "../errors.js";
import type { TokenRecord } from "../people/index.js";
import { own, unit, type AdministrationStore, type Administrator } from "./administration.js";

export class TokenAdministration {
  readonly #store: AdministrationStore;
  readonly #secret: () => Promise<Uint8Array>;

  constructor(store: AdministrationStore, secret: () => Promise<Uint8Array>) {
    this.#store = store;
    this.#secret = secret;
  }

  /** Those that have not expired, the oldest first; of all organizations, and root's, for null. */
  async list(organizationId: number | null): Promise<readonly TokenRecord[]> {
    return (await this.#store.tokens.list({ services: true })).filter((token) => organizationId === null || token.organizationId === organizationId);
  }

  /** A login's token is none of these. Throws NotFound. */
  async get(by: Administrator, key: string): Promise<TokenRecord> {
    const found = own(by, await this.#store.tokens.find(key), "The token");
    if (found.userId !== null || found.expiresAt.getTime() <= Date.now()) throw notFound("The token");
    return found;
  }

  /** Throws InvalidParameter naming the field, Forbidden for rights that the giver has not. */
  async issue(by: Administrator, request: ServiceTokenRequest): Promise<IssuedToken> {
    assertMayGrant(by, { role: request.role, said: request.permissions });
    const create = (record: Parameters<AdministrationStore["tokens"]["create"]>[0]): Promise<void> =>
      unit(this.#store, by, async (tx, note) => {
        await tx.tokens.create(record);
        await note(record.organizationId, "token.create", record.name, { key: record.jti, role: record.role, expires: record.expiresAt.toISOString() });
      });
    return issueServiceToken({ tokens: { create } }, await this.#secret(), request);
  }

  /** Of a login too. Throws NotFound, Forbidden. */
  async revoke(by: Administrator, key: string): Promise<TokenRecord> {
    return unit(this.#store, by, async (tx, note) => {
      const token = own(by, await tx.tokens.find(key), "The token");
      assertMayAdminister(by, token.role);
      await tx.tokens.revoke(key);
      await note(token.organizationId, "token.revoke", token.name, { key });
      return token;
    });
  }
}
