/** Who signs what goes to other people's servers: an organization's account, or a phone line with a token of its own. */
import type { VoiceAccount, VoiceAccountRepository, VoiceAccounts } from "../people/index.js";
import type { VoiceDirectory } from "../voice-app/index.js";

export interface SignersParts {
  readonly accounts: VoiceAccounts;
  readonly voice: Pick<VoiceDirectory, "line" | "lineWithNumber">;
  readonly store: { readonly voiceAccounts: Pick<VoiceAccountRepository, "create" | "list"> };
}

export interface Signer {
  readonly organizationId: number;
  readonly accountSid: string;
  /** The token that is valid when it is read. */
  readonly authToken: string;
  readonly line?: number;
}

export class Signers {
  readonly #parts: SignersParts;
  /** Bounded by the organizations. */
  readonly #making = new Map<number, Promise<VoiceAccount>>();

  constructor(parts: SignersParts) {
    this.#parts = parts;
  }

  /** The token that is valid now; undefined: the organization has no account any more. */
  token(organizationId: number, line: number | undefined): string | undefined {
    const { accounts, voice } = this.#parts;
    const ofLine = line === undefined ? undefined : voice.line(organizationId, line)?.signingToken;
    return ofLine ?? accounts.of(organizationId)?.authToken;
  }

  /** Makes the account when it is needed first: a caller may come before anybody has asked for it. Throws DatabaseUnavailable. */
  async of(organizationId: number, line?: number): Promise<Signer> {
    const account = this.#parts.accounts.of(organizationId) ?? (await this.#made(organizationId));
    const token = (): string => this.token(organizationId, line) ?? account.authToken;
    return {
      organizationId,
      accountSid: account.sid,
      get authToken() {
        return token();
      },
      ...(line === undefined ? {} : { line }),
    };
  }

  /** As `of`, for a call to this number. */
  forNumber(organizationId: number, called: string): Promise<Signer> {
    const line = this.#parts.voice.lineWithNumber(called);
    return this.of(organizationId, line?.organizationId === organizationId ? line.id : undefined);
  }

  /** One at a time: the first calls of an organization may come together. */
  #made(organizationId: number): Promise<VoiceAccount> {
    const making = this.#making.get(organizationId) ?? this.#make(organizationId).finally(() => this.#making.delete(organizationId));
    this.#making.set(organizationId, making);
    return making;
  }

  /** The accounts in memory are a moment behind the database. */
  async #make(organizationId: number): Promise<VoiceAccount> {
    const { voiceAccounts } = this.#parts.store;
    const [there] = await voiceAccounts.list(organizationId);
    return there ?? voiceAccounts.create(organizationId);
  }
}
