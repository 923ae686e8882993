/** The agent of each phone address, with the credentials that are good for it; and whose credentials were withdrawn. */
import type { DomainName, Extension } from "../freeswitch/index.js";
import type { AccountDirectory, SipHashes, UserRecord } from "../people/index.js";
import { GoodStamps, sameLogin } from "./registration-stamp.js";

export interface PhoneAddress {
  readonly user: Extension;
  readonly domain: DomainName;
}

interface Owner extends PhoneAddress {
  readonly organizationId: number;
  readonly agentId: string;
  readonly hashes: SipHashes;
  readonly login: UserRecord | undefined;
  stamps: GoodStamps | null;
}

const keyOf = (user: string, domain: string): string => `${user}@${domain.toLowerCase()}`;

/** Whether a credential that a phone may have registered with was withdrawn. A first password or login withdraws nothing. */
const loses = (before: Owner, after: Owner | undefined): boolean =>
  after === undefined || keyOf(before.user, before.domain) !== keyOf(after.user, after.domain) || (before.hashes.own !== null && before.hashes.own !== after.hashes.own) || (before.login !== undefined && !sameLogin(before.login, after.login));

/** Agents whose user is disabled, or whose organization is gone, own no phone. */
export class PhoneOwners {
  readonly #directory: AccountDirectory;
  /** Bounded by the rows of agents. */
  #byRow = new Map<number, Owner>();
  /** Bounded by the rows of agents. */
  #byAddress = new Map<string, Owner>();

  constructor(directory: AccountDirectory) {
    this.#directory = directory;
  }

  /** The stamps that are good for this address; undefined when it is no agent's. */
  stampsOf(user: string, domain: string): GoodStamps | undefined {
    const owner = this.#byAddress.get(keyOf(user, domain));
    // Made on demand: of ten thousand agents few have a phone that is looked at.
    return owner === undefined ? undefined : (owner.stamps ??= new GoodStamps(owner.hashes, owner.login));
  }

  /** Reads all agents; gives the addresses whose credentials were withdrawn. */
  takeAll(hashes: ReadonlyMap<number, SipHashes>): readonly PhoneAddress[] {
    const before = this.#byRow;
    this.#byRow = new Map();
    this.#byAddress = new Map();
    for (const { id } of this.#directory.organizations()) for (const { id: row, agentId } of this.#directory.agentRecords(id)) this.#put(row, id, agentId, hashes.get(row), before.get(row));
    return [...before].flatMap(([row, owner]) => (loses(owner, this.#byRow.get(row)) ? [owner] : []));
  }

  /** Reads one agent after a write (`hashes` null: removed). Gives the address as it was, and whether its credentials were withdrawn. */
  takeOne(row: number, hashes: SipHashes | null, agent: { readonly organizationId: number; readonly agentId: string } | null): { readonly address: PhoneAddress | null; readonly lost: boolean } {
    const before = this.#byRow.get(row);
    const named = agent ?? before;
    this.#byRow.delete(row);
    if (before !== undefined) this.#byAddress.delete(keyOf(before.user, before.domain));
    if (named !== undefined && hashes !== null) this.#put(row, named.organizationId, named.agentId, hashes, before);
    return { address: before ?? this.#byRow.get(row) ?? null, lost: before !== undefined && loses(before, this.#byRow.get(row)) };
  }

  #put(row: number, organizationId: number, agentId: string, hashes: SipHashes | undefined, before: Owner | undefined): void {
    const record = this.#directory.agentRecord(organizationId, agentId);
    const domain = this.#directory.organization(organizationId)?.domain;
    if (record?.id !== row || domain === undefined) return;
    const login = this.#directory.userOfAgent(organizationId, agentId);
    const { own, oneTime } = hashes ?? { own: null, oneTime: [] };
    const isAsBefore = before !== undefined && before.hashes.own === own && sameLogin(before.login, login) && before.hashes.oneTime.map(({ id }) => id).join() === oneTime.map(({ id }) => id).join();
    const owner: Owner = { user: record.extension, domain, organizationId, agentId, hashes: { own, oneTime }, login, stamps: isAsBefore ? before.stamps : null };
    this.#byRow.set(row, owner);
    this.#byAddress.set(keyOf(owner.user, owner.domain), owner);
  }
}
