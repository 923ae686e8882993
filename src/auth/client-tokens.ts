/**
 * Client tokens (`seeds/001_a9d9437cdc2741c7.txt`): the JWT with the voice grant, and the one-time password with which the same phone registers. The JWT's key is
 * derived from the one that signs logins, so that neither kind of token is accepted as the other.
 */
import { createHash, hkdfSync, randomBytes, randomUUID } from "node:crypto";
import { SignJWT } from "jose";
import { accountSidOf, type AccountDirectory, type Actor, type AgentIdentity, type AgentRepository, type Organization, type VoiceAccounts } from "../people/index.js";
import { sidOf } from "../sids.js";
import type { AuditLog } from "../audit/index.js";
import type { Logger } from "../logger.js";
import { systemClock, type Clock } from "../clock.js";
import { invalid, notFound } from "../errors.js";
import { assertMayAdminister } from "./grants.js";
import type { ClientToken, ClientTokenRequest, ClientTokenService, IceServer } from "./types.js";

const KEY_BYTES = 32;
const KEY_PURPOSE = "callplane client token v1";
/** 192 bits, in characters that need no escape in a URI or a configuration. */
const PASSWORD_BYTES = 24;
const DEFAULT_TTL_S = 3600;
const PURGE_EVERY_MS = 3_600_000;
export interface ClientTokenOptions {
  readonly store: { readonly agents: Pick<AgentRepository, "addSipCredential" | "purgeSipCredentials"> };
  readonly directory: Pick<AccountDirectory, "organizations" | "organization" | "agent" | "agentRecord" | "userOfAgent"> & { readonly voiceAccounts: VoiceAccounts };
  readonly audit: AuditLog;
  readonly logger: Logger;
  /** What signs logins, at least 32 bytes. */
  readonly secret: Uint8Array;
  /** `{domain}` stands for the organization's. */
  readonly wssUrl: string;
  readonly iceServers: readonly IceServer[];
  readonly clock?: Clock;
}

export interface ClosableClientTokenService extends ClientTokenService {
  /** Idempotent. */
  close(): void;
}

/** The key of client tokens, derived one-way (RFC 5869). */
export const clientTokenKey = (secret: Uint8Array): Uint8Array => new Uint8Array(hkdfSync("sha256", secret, new Uint8Array(), KEY_PURPOSE, KEY_BYTES));

class StoreClientTokens implements ClosableClientTokenService {
  readonly #options: ClientTokenOptions;
  readonly #clock: Clock;
  readonly #key: Uint8Array;
  readonly #stopPurge: () => void;

  constructor(options: ClientTokenOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#key = clientTokenKey(options.secret);
    this.#stopPurge = this.#clock.every(PURGE_EVERY_MS, () => void this.#purge());
  }

  async issue(actor: Actor, { agent, ttlS = DEFAULT_TTL_S }: ClientTokenRequest): Promise<ClientToken> {
    const { store, audit, iceServers, wssUrl } = this.#options;
    const { organization, identity, row } = this.#agentFor(actor, agent);
    const { agentId, extension } = identity;
    const { domain } = organization;
    const issuedS = Math.floor(this.#clock.now() / 1000);
    const expires = (issuedS + ttlS) * 1000;
    const id = randomUUID();
    const token = await this.#sign(organization, agentId, { id, issuedS, expiresS: issuedS + ttlS });
    const password = randomBytes(PASSWORD_BYTES).toString("base64url");
    // RFC 2617, A1: all that a digest is checked with.
    const a1 = createHash("md5").update(`${extension}:${domain}:${password}`).digest("hex");
    await store.agents.addSipCredential({ id, agentRow: row, a1, expiresAt: new Date(expires) });
    audit.append({ at: new Date(this.#clock.now()), organizationId: organization.id, actor: actor.name, action: "token.client", target: agentId, detail: { id, ttlS } });
    return { token, identity: agentId, expires, sip: { domain, wssUrl: wssUrl.replaceAll("{domain}", domain), user: extension, password, iceServers } };
  }

  close(): void {
    this.#stopPurge();
  }

  /**
   * As Twilio's `AccessToken` with a `VoiceGrant` (https://www.twilio.com/docs/iam/access-tokens): issued by an API key (`SK…`) whose name begins the token's id, about the
   * organization's account, for the application (`AP…`) that outgoing calls go to.
   */
  #sign(organization: Organization, identity: string, { id, issuedS, expiresS }: { readonly id: string; readonly issuedS: number; readonly expiresS: number }): Promise<string> {
    const key = sidOf("SK", `client tokens of organization ${organization.id}`);
    const application = sidOf("AP", `organization ${organization.id}`);
    return new SignJWT({ grants: { identity, voice: { incoming: { allow: true }, outgoing: { application_sid: application } } } })
      .setProtectedHeader({ alg: "HS256", typ: "JWT", cty: "twilio-fpa;v=1" })
      .setJti(`${key}-${id}`)
      .setIssuer(key)
      .setSubject(accountSidOf(this.#options.directory.voiceAccounts, organization.id))
      .setIssuedAt(issuedS)
      .setExpirationTime(expiresS)
      .sign(this.#key);
  }

  /** Throws InvalidParameter when nobody is named, NotFound (also for another organization's agent), Forbidden for a token that the actor may not give (grants.ts). */
  #agentFor(actor: Actor, named: string | undefined): { readonly organization: Organization; readonly identity: AgentIdentity; readonly row: number } {
    const { directory } = this.#options;
    // Agent ids are unique within an organization only, so root may write `id@domain`.
    const wanted = named ?? actor.agentId;
    if (wanted === null || (named === undefined && actor.role === "root")) throw invalid("agent", "is needed: this token is no agent's.");
    const at = actor.role === "root" ? wanted.lastIndexOf("@") : -1;
    const agentId = at === -1 ? wanted : wanted.slice(0, at);
    const domain = at === -1 ? null : wanted.slice(at + 1).toLowerCase();
    const own = actor.organizationId === null ? undefined : directory.organization(actor.organizationId);
    const organizations = actor.role === "root" ? directory.organizations().filter((each) => domain === null || each.domain === domain) : own === undefined ? [] : [own];
    const found = organizations.flatMap((organization) => {
      const identity = directory.agent(organization.id, agentId);
      const record = directory.agentRecord(organization.id, agentId);
      return identity === undefined || record === undefined ? [] : [{ organization, identity, row: record.id }];
    });
    const [only, second] = found;
    if (only === undefined) throw notFound(`The agent ${wanted}`);
    if (second !== undefined) throw invalid("agent", "names an agent in several organizations; write id@domain.");
    const { organizationId, agentId: whose } = only.identity;
    if (actor.agentId !== whose || actor.organizationId !== organizationId) assertMayAdminister(actor, directory.userOfAgent(organizationId, whose)?.role ?? "agent");
    return only;
  }

  async #purge(): Promise<void> {
    try {
      await this.#options.store.agents.purgeSipCredentials(new Date(this.#clock.now()));
    } catch (error) {
      this.#options.logger.warn({ err: error }, "expired one-time passwords could not be deleted");
    }
  }
}

export const createClientTokens = (options: ClientTokenOptions): ClosableClientTokenService => new StoreClientTokens(options);
