/**
 * Ends registrations that were made with a credential that is no longer good: after a reset, a changed login, a disabled or removed user, the expiry of a
 * one-time password; by API, command line or SQL; also when FreeSWITCH or Callplane was away at that time.
 */
import { systemClock, type Clock } from "../clock.js";
import type { Logger } from "../logger.js";
import { commands, CommandRefused, domainName, extension, registrationId, sofiaName, type SwitchCommand, type SwitchEvent, type SwitchNodes, type SwitchSink } from "../freeswitch/index.js";
import { FreshReads, type AccountDirectory } from "../people/index.js";
import { HeldRegistrations, type HeldRegistration } from "./held-registrations.js";
import { PhoneOwners, type PhoneAddress } from "./phone-owners.js";
import type { IndexedWrite, ProvisioningStore } from "./ports.js";
import { isStamp } from "./registration-stamp.js";

/** The profile at which phones register (freeswitch-conf). */
const PROFILE = sofiaName("internal", "profile");
const TICK_MS = 1000;
/** Addresses that wait for one node at most; a stamped registration is found in its list again when the node is back. */
const MAX_OWED = 10_000;
/** Between two tries at a node that did not answer. */
const RETRY_MS = 5000;

export interface RegistrationWatchOptions {
  readonly store: Pick<ProvisioningStore, "writesSince" | "onWrite"> & { readonly agents: ProvisioningStore["agents"] };
  readonly directory: AccountDirectory;
  readonly nodes: Pick<SwitchNodes, "all">;
  readonly logger: Logger;
  readonly clock?: Clock | undefined;
  /** Milliseconds between two looks for another process's writes; default 1000. */
  readonly pollMs?: number | undefined;
}

type Listener = Pick<SwitchSink, "snapshot"> & Partial<SwitchSink>;

/** What is still to be ended at one node, by address. */
interface Debt {
  /** Bounded by `MAX_OWED`: beyond it the oldest is forgotten. */
  readonly addresses: Map<string, PhoneAddress>;
  /** Ends one address after the other. Bounded by the writes and lists that wait for it. */
  work: Promise<void>;
  retryAt: number;
}

export class RegistrationWatch {
  readonly #options: RegistrationWatchOptions;
  readonly #clock: Clock;
  readonly #owners: PhoneOwners;
  readonly #held = new HeldRegistrations();
  /** By node. Bounded by the nodes of the configuration. */
  readonly #debts = new Map<string, Debt>();
  readonly #reads: FreshReads<IndexedWrite>;
  readonly #stopTick: () => void;
  /** When the next one-time password of a registered phone expires. */
  #nextEnd = Infinity;
  #closed = false;

  private constructor(options: RegistrationWatchOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#owners = new PhoneOwners(options.directory);
    // An own write resolves when the registrations have ended, where FreeSWITCH can be reached.
    this.#reads = new FreshReads({ ...options, what: "the phones' owners", readAll: () => this.#readAll(), readWritten: (write) => this.#readWritten(write), afterRead: () => this.#endAllOwed() });
    this.#stopTick = this.#clock.every(TICK_MS, () => this.#tick());
  }

  /** Rejects when the first read does. */
  static async open(options: RegistrationWatchOptions): Promise<RegistrationWatch> {
    const watch = new RegistrationWatch(options);
    return watch.#reads.opened(watch);
  }

  /** Takes the nodes' events and snapshots. */
  readonly sink: SwitchSink = {
    event: (node, event) => this.#event(node, event),
    snapshot: (node, { registrations }) => {
      for (const held of this.#held.snapshot(node, registrations, this.#clock.now())) this.#judge(node, held);
      void this.#endOwed(node);
    },
    status: (node, { state }) => {
      if (state === "ready") void this.#endOwed(node);
    },
    removed: (node) => {
      this.#held.forget(node);
      this.#debts.delete(node);
    },
  };

  /** Passes everything on but the registrations in a list that are ended, or about to be. */
  without = (sink: Listener): Listener => ({
    ...sink,
    snapshot: (node, snapshot) => {
      const registrations = snapshot.registrations.filter((row) => {
        const held = this.#held.get(node, row);
        return !this.#held.isEnded(node, row) && (held === undefined || this.#goodUntil(held) !== null);
      });
      sink.snapshot(node, { ...snapshot, registrations });
    },
  });

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    this.#stopTick();
    this.#reads.close();
    this.#debts.clear();
  }

  #event(node: string, event: SwitchEvent): void {
    if (event.kind !== "registration") return;
    const held = this.#held.event(node, event, this.#clock.now());
    // The phone registered with an answer that was given before the credential was withdrawn.
    if (held !== null && !this.#judge(node, held)) void this.#endOwed(node);
  }

  async #readAll(): Promise<void> {
    const { directory, store } = this.#options;
    await directory.refresh();
    const lost = this.#owners.takeAll(await store.agents.sipHashes(new Date(this.#clock.now())));
    for (const address of lost) this.#withdraw(address);
    this.#judgeAll();
  }

  async #readWritten(write: IndexedWrite): Promise<void> {
    const { kind, agentRow } = write;
    if ((kind !== "agent" && kind !== "credentials") || agentRow === undefined) return;
    await this.#readOne(agentRow, write);
  }

  async #readOne(agentRow: number, { organizationId, agentId }: IndexedWrite): Promise<void> {
    const { directory, store } = this.#options;
    await directory.refresh();
    const hashes = await store.agents.sipHashesOf(agentRow, new Date(this.#clock.now()));
    const { address, lost } = this.#owners.takeOne(agentRow, hashes, organizationId === undefined || agentId === undefined ? null : { organizationId, agentId });
    if (address === null) return;
    if (lost) this.#withdraw(address);
    for (const { name } of this.#options.nodes.all()) for (const held of this.#held.of(name, address.user, address.domain)) this.#judge(name, held);
  }

  /** Withdraws everything that this address has registered with before, seen or not. */
  #withdraw(address: PhoneAddress): void {
    for (const { name } of this.#options.nodes.all()) {
      for (const held of this.#held.of(name, address.user, address.domain)) held.withdrawn = true;
      this.#owe(name, address);
    }
  }

  /** Until when it is good; null when it is to be ended. One without a stamp came from another directory than ours, and is good until a credential of its agent is withdrawn. */
  #goodUntil({ user, domain, metadata, withdrawn }: HeldRegistration): number | null {
    if (!isStamp(metadata)) return withdrawn ? null : Infinity;
    const until = this.#owners.stampsOf(user, domain)?.goodUntil(metadata) ?? null;
    return until !== null && until > this.#clock.now() ? until : null;
  }

  /** Whether it may stay; else it is owed. */
  #judge(node: string, held: HeldRegistration): boolean {
    const until = this.#goodUntil(held);
    if (until !== null) {
      this.#nextEnd = Math.min(this.#nextEnd, until);
      return true;
    }
    try {
      this.#owe(node, { user: extension(held.user, "user"), domain: domainName(held.domain, "domain") });
    } catch {
      this.#options.logger.warn({ node, user: held.user.slice(0, 64) }, "a registration cannot be named in a command to FreeSWITCH, so it stays until it expires");
    }
    return false;
  }

  #judgeAll(): void {
    this.#nextEnd = Infinity;
    for (const [node, held] of this.#held.all()) this.#judge(node, held);
  }

  #tick(): void {
    const now = this.#clock.now();
    if (this.#nextEnd <= now) {
      this.#judgeAll();
      void this.#endAllOwed();
    }
    for (const [node, { addresses, retryAt }] of this.#debts) if (addresses.size > 0 && retryAt <= now) void this.#endOwed(node);
  }

  #owe(node: string, address: PhoneAddress): void {
    const debt: Debt = this.#debts.get(node) ?? { addresses: new Map(), work: Promise.resolve(), retryAt: 0 };
    const [oldest] = debt.addresses.keys();
    if (oldest !== undefined && debt.addresses.size >= MAX_OWED) debt.addresses.delete(oldest);
    debt.addresses.set(`${address.user}@${address.domain}`, address);
    this.#debts.set(node, debt);
  }

  async #endAllOwed(): Promise<void> {
    await Promise.all([...this.#debts.keys()].map((node) => this.#endOwed(node)));
  }

  /** Ends what is owed at a node that is ready; retries at one that is not, or does not answer. Never rejects. */
  #endOwed(name: string): Promise<void> {
    const debt = this.#debts.get(name);
    const node = this.#options.nodes.all().find((each) => each.name === name);
    if (debt === undefined || node === undefined) return Promise.resolve();
    debt.work = debt.work.then(async () => {
      for (const [key, address] of [...debt.addresses]) {
        if (this.#closed || node.status().state !== "ready") return;
        debt.addresses.delete(key);
        try {
          for (const { command, ends } of this.#toEnd(name, address)) {
            await node.api(command);
            for (const held of ends) this.#held.end(name, held, this.#clock.now());
          }
        } catch (error) {
          this.#options.logger.warn({ err: error, node: name, user: address.user }, "the registrations of a phone that may register no more could not be ended");
          if (error instanceof CommandRefused) continue;
          debt.addresses.set(key, address);
          debt.retryAt = this.#clock.now() + RETRY_MS;
          return;
        }
      }
    });
    return debt.work;
  }

  /** One command for the whole address where none of its registrations is good, else one for each. */
  #toEnd(node: string, { user, domain }: PhoneAddress): readonly { readonly command: SwitchCommand; readonly ends: readonly HeldRegistration[] }[] {
    const held = this.#held.of(node, user, domain);
    const bad = held.filter((each) => this.#goodUntil(each) === null);
    const whole = { command: commands.flushRegistrations(PROFILE, user, domain), ends: held.filter((each) => each.domain === domain) };
    if (bad.length === held.length && bad.every((each) => each.domain === domain)) return [whole];
    const single = bad.flatMap((each) => (this.#isSafe(node, each) ? [{ command: commands.flushRegistration(PROFILE, registrationId(each.callId, "callId")), ends: [each] }] : []));
    // A Call-ID that cannot be named: all of the address are ended, and the good ones register again.
    return single.length === bad.length ? single : [...single, whole];
  }

  /** Whether the Call-ID is one word to FreeSWITCH, nobody else's, and neither an address nor a domain of ours, all of which it would end. */
  #isSafe(node: string, held: HeldRegistration): boolean {
    const { callId } = held;
    try {
      registrationId(callId, "callId");
    } catch {
      return false;
    }
    return !this.#held.isShared(node, held) && this.#options.directory.organizationByDomain(callId.slice(callId.indexOf("@") + 1)) === undefined;
  }
}
