/** Accounts of voice applications, as an organization's administrators make them. */
import type { AuditLog } from "../audit/index.js";
import { notFound } from "../errors.js";
import { organizationFor, type AccountDirectory, type Actor, type VoiceAccount, type VoiceAccountRepository, type VoiceAccounts } from "../people/index.js";

/** The account without its tokens. */
export type ShownAccount = Pick<VoiceAccount, "organizationId" | "sid" | "createdAt" | "rotatedAt"> & {
  /** Whether the token before the last rotation is accepted too. */
  readonly hasPrevious: boolean;
};

/** With the new token, which is shown this once. */
export interface MadeAccount extends ShownAccount {
  readonly authToken: string;
}

export interface AccountPorts {
  readonly store: { readonly voiceAccounts: VoiceAccountRepository };
  readonly directory: Pick<AccountDirectory, "organization" | "organizationByDomain"> & { readonly voiceAccounts: VoiceAccounts };
  readonly audit: AuditLog;
}

const shown = ({ organizationId, sid, createdAt, rotatedAt, previousAuthToken }: VoiceAccount): ShownAccount => ({ organizationId, sid, createdAt, rotatedAt, hasPrevious: previousAuthToken !== null });
const made = (account: VoiceAccount): MadeAccount => ({ ...shown(account), authToken: account.authToken });

/** Every method is about the actor's organization; root names one by its domain: InvalidParameter (`domain`), NotFound. Every write is in the audit log. */
export class VoiceAccountService {
  readonly #ports: AccountPorts;

  constructor(ports: AccountPorts) {
    this.#ports = ports;
  }

  /** Throws NotFound while there is none. */
  get(actor: Actor, domain?: string): ShownAccount {
    const { id } = organizationFor(this.#ports.directory, actor, domain);
    const account = this.#ports.directory.voiceAccounts.of(id);
    if (account === undefined) throw notFound("The organization's account");
    return shown(account);
  }

  /** Throws Conflict when there is one. */
  async create(actor: Actor, domain?: string): Promise<MadeAccount> {
    const { id } = organizationFor(this.#ports.directory, actor, domain);
    const account = await this.#ports.store.voiceAccounts.create(id);
    this.#note(actor, account, "account.create");
    return made(account);
  }

  /** A new auth token. `keepsPrevious`: the one before is accepted until `forgetPrevious`. Throws NotFound. */
  async rotate(actor: Actor, keepsPrevious: boolean, domain?: string): Promise<MadeAccount> {
    const { id } = organizationFor(this.#ports.directory, actor, domain);
    const account = await this.#ports.store.voiceAccounts.rotate(id, { keepsPrevious });
    this.#note(actor, account, "account.rotate", { keepsPrevious });
    return made(account);
  }

  /** Throws NotFound. */
  async forgetPrevious(actor: Actor, domain?: string): Promise<ShownAccount> {
    const { id } = organizationFor(this.#ports.directory, actor, domain);
    const account = await this.#ports.store.voiceAccounts.forgetPrevious(id);
    this.#note(actor, account, "account.forgetPrevious");
    return shown(account);
  }

  #note(actor: Actor, { organizationId, sid }: VoiceAccount, action: string, detail: Readonly<Record<string, boolean>> = {}): void {
    this.#ports.audit.append({ at: new Date(), organizationId, actor: actor.name, action, target: sid, detail });
  }
}
