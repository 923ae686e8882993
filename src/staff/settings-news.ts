/** Finds out what has come, gone or changed of what administrators set up, whichever process has changed it. */
import type { SettingsFact } from "../events/index.js";
import type { Clock } from "../clock.js";
import type { Logger } from "../logger.js";
import { FreshReads, type OrganizationRepository, type TokenRecord, type TokenRepository, type UserRecord, type UserRepository } from "../people/index.js";
import type { PhoneLineRepository, TrunkRepository } from "../provisioning/index.js";
import type { VoiceConfigRepository } from "../voice-app/index.js";
import { shownUrl, type WebhookRepository } from "../webhooks/index.js";
import { shownConfig, shownHook, shownLine, shownToken, shownTrunk, shownUser } from "./shown-settings.js";

/** One agent with its login, a token, or something else that no list of settings shows. */
type Write = { readonly kind: "agent"; readonly organizationId: number; readonly agentId: string } | { readonly kind: "token"; readonly jti: string } | { readonly kind: "session" | "credentials" };

export interface SettingsNewsOptions {
  readonly store: {
    readonly organizations: Pick<OrganizationRepository, "list">;
    readonly users: Pick<UserRepository, "list" | "findByAgent">;
    readonly tokens: Pick<TokenRepository, "list" | "find">;
    readonly trunks: Pick<TrunkRepository, "list">;
    readonly phoneLines: Pick<PhoneLineRepository, "list">;
    readonly voiceConfigs: Pick<VoiceConfigRepository, "list">;
    readonly webhooks: Pick<WebhookRepository, "list">;
    writesSince(last: number | null): Promise<{ readonly last: number; readonly writes: readonly Write[] | null }>;
    onWrite(handler: () => Promise<void>): () => void;
  };
  /** `organizationId` null: of root. */
  readonly told: (organizationId: number | null, fact: SettingsFact) => void;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Milliseconds between two looks for another process's writes; default 1000. */
  readonly pollMs?: number;
}

type What = "created" | "updated" | "removed";

/** One thing as it was seen last. */
interface Known {
  readonly organizationId: number | null;
  readonly agentId: string | null;
  /** Another one means a change; it holds no secret, but what shows that one was exchanged. */
  readonly mark: string;
  readonly fact: (what: What) => SettingsFact;
}

export class SettingsNews {
  readonly #options: SettingsNewsOptions;
  readonly #reads: FreshReads<Write>;
  /** By kind and id; null: nothing has been read. Bounded by the accounts. */
  #known: Map<string, Known> | null = null;
  /** Of the organizations, by id. */
  #names: ReadonlyMap<number, string> = new Map();

  private constructor(options: SettingsNewsOptions) {
    this.#options = options;
    const { store, logger, clock, pollMs } = options;
    this.#reads = new FreshReads({ store, logger, clock, pollMs, what: "the settings", readAll: () => this.#readAll(), readWritten: (write) => this.#readWritten(write) });
  }

  /** What is there at first is no news. Rejects when the first read does. */
  static async open(options: SettingsNewsOptions): Promise<SettingsNews> {
    const news = new SettingsNews(options);
    return news.#reads.opened(news);
  }

  /** Idempotent. */
  close(): void {
    this.#reads.close();
  }

  async #readAll(): Promise<void> {
    const { store } = this.#options;
    const [organizations, users, tokens, trunks, lines, configs, webhooks] = await Promise.all([store.organizations.list(), store.users.list(), store.tokens.list({ services: true }), store.trunks.list(), store.phoneLines.list(), store.voiceConfigs.list(), store.webhooks.list()]);
    this.#names = new Map(organizations.map(({ id, name }) => [id, name]));
    const now = new Map<string, Known>();
    for (const user of users) now.set(`user ${user.id}`, this.#user(user));
    for (const token of tokens) now.set(`token ${token.jti}`, this.#token(token));
    for (const trunk of trunks) {
      const shown = shownTrunk(trunk, this.#nameOf(trunk.organizationId));
      now.set(`trunk ${trunk.name}`, known(trunk.organizationId, { ...shown, organization: null }, (what) => ({ type: `trunk.${what}`, data: { trunk: shown } })));
    }
    for (const line of lines) now.set(`line ${line.id}`, known(line.organizationId, line.version, (what) => ({ type: `phoneline.${what}`, data: { line: shownLine(line) } })));
    for (const config of configs) now.set(`config ${config.id}`, known(config.organizationId, config.version, (what) => ({ type: `voiceconfig.${what}`, data: { config: shownConfig(config) } })));
    for (const webhook of webhooks) now.set(`webhook ${webhook.id}`, known(webhook.organizationId, webhook.version, (what) => ({ type: `webhook.${what}`, data: { webhook: { ...shownHook(webhook), url: shownUrl(webhook.url) } } })));
    const before = this.#known;
    this.#known = now;
    if (before === null) return;
    for (const [key, one] of before) if (!now.has(key)) this.#tell(one, "removed");
    for (const [key, one] of now) this.#compare(before.get(key), one);
  }

  async #readWritten(write: Write): Promise<void> {
    if (write.kind === "token") {
      const token = await this.#options.store.tokens.find(write.jti);
      // A login's token is in no list.
      this.#put(`token ${write.jti}`, token === null || token.userId !== null ? undefined : this.#token(token));
    } else if (write.kind === "agent") {
      const { organizationId, agentId } = write;
      const user = await this.#options.store.users.findByAgent(organizationId, agentId);
      const [key] = user === null ? [] : [`user ${user.id}`];
      for (const [other, one] of this.#known ?? []) if (other !== key && one.organizationId === organizationId && one.agentId === agentId) this.#put(other, undefined);
      if (user !== null && key !== undefined) this.#put(key, this.#user(user));
    }
  }

  #put(key: string, now: Known | undefined): void {
    const before = this.#known?.get(key);
    if (now === undefined) {
      this.#known?.delete(key);
      if (before !== undefined) this.#tell(before, "removed");
      return;
    }
    this.#known?.set(key, now);
    this.#compare(before, now);
  }

  #compare(before: Known | undefined, now: Known): void {
    if (before === undefined) this.#tell(now, "created");
    else if (before.mark !== now.mark) this.#tell(now, "updated");
  }

  #tell({ organizationId, fact }: Known, what: What): void {
    this.#options.told(organizationId, fact(what));
  }

  #nameOf(organizationId: number | null): string | null {
    return organizationId === null ? null : (this.#names.get(organizationId) ?? null);
  }

  /** Another name of the organization is no change of its people. */
  #user(user: UserRecord): Known {
    const shown = shownUser(user, this.#nameOf(user.organizationId));
    return { ...known(user.organizationId, { ...shown, organization: null }, (what) => ({ type: `user.${what}`, data: { user: shown } })), agentId: user.agentId };
  }

  #token(token: TokenRecord): Known {
    const shown = shownToken(token, this.#nameOf(token.organizationId));
    return known(token.organizationId, { ...shown, organization: null }, (what) => ({ type: `token.${what}`, data: { token: shown } }));
  }
}

const known = (organizationId: number | null, mark: object | number, fact: Known["fact"]): Known => ({ organizationId, agentId: null, mark: JSON.stringify(mark), fact });
