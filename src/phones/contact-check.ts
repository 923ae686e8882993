/**
 * Which of a user's phones FreeSWITCH still has. Where its profile keeps one phone a user, a new one takes the place of the other: no event says so, and the core's
 * list of registrations goes on showing the other until it ends.
 */
import type { Clock } from "../clock.js";
import { commands, domainName, extension, type RegistrationRow, type SwitchNodes } from "../freeswitch/index.js";
import type { Logger } from "../logger.js";
import { isSameContact } from "./contacts.js";
import { registrationKey, registrationKeyOf, type Phone, type PhoneAddress } from "./registrations.js";

/** The profile's contacts are a moment behind the event. */
const ASK_MS = 250;
const MAX_ASKS = 8;

export interface ContactCheckOptions {
  readonly nodes: Pick<SwitchNodes, "get" | "isReady">;
  readonly logger: Logger;
  readonly clock: Clock;
  /** FreeSWITCH does not have these any more. */
  readonly gone: (address: PhoneAddress, phones: readonly Phone[]) => void;
}

export class ContactCheck {
  readonly #options: ContactCheckOptions;
  /** What stops each. Bounded by the phones that registered beside another in the last `ASK_MS` × `MAX_ASKS`. */
  readonly #asking = new Set<() => void>();
  /** Keys of those that are gone, by node. Bounded by the rows of its list. */
  readonly #gone = new Map<string, Set<string>>();
  #closed = false;

  constructor(options: ContactCheckOptions) {
    this.#options = options;
  }

  /** The last of these phones of a user at one node is new: asks until the profile has it. */
  added(node: string, address: PhoneAddress, phones: readonly Phone[]): void {
    const newest = phones.at(-1);
    if (newest === undefined || phones.length < 2) return;
    let left = MAX_ASKS;
    const end = (): void => {
      stop();
      this.#asking.delete(end);
    };
    const stop = this.#options.clock.every(ASK_MS, () => {
      left -= 1;
      void this.#ask(node, address).then((listed) => {
        if (!this.#asking.has(end)) return;
        if (listed === null || left <= 0 || has(listed, newest)) end();
        if (listed !== null && has(listed, newest)) this.#compare(node, address, phones, listed);
      });
    });
    this.#asking.add(end);
  }

  /** Looks at these phones of users at one node, one user after the other. */
  async look(node: string, users: readonly { readonly address: PhoneAddress; readonly phones: readonly Phone[] }[]): Promise<void> {
    for (const { address, phones } of users) {
      if (phones.length < 2) continue;
      const listed = await this.#ask(node, address);
      if (listed === null || this.#closed) return;
      if (phones.some((phone) => has(listed, phone))) this.#compare(node, address, phones, listed);
    }
  }

  registered(node: string, registration: PhoneAddress & Pick<Phone, "callId">): void {
    this.#gone.get(node)?.delete(registrationKey(registration));
  }

  /** The rows of those that are not known to be gone. */
  current(node: string, rows: readonly RegistrationRow[]): readonly RegistrationRow[] {
    const gone = this.#gone.get(node);
    if (gone === undefined) return rows;
    this.#gone.set(node, new Set(rows.map(registrationKeyOf).filter((key) => gone.has(key))));
    return rows.filter((row) => !gone.has(registrationKeyOf(row)));
  }

  forget(node: string): void {
    this.#gone.delete(node);
  }

  close(): void {
    this.#closed = true;
    for (const end of this.#asking) end();
  }

  #compare(node: string, address: PhoneAddress, phones: readonly Phone[], listed: readonly string[]): void {
    const gone = phones.filter((phone) => !has(listed, phone));
    if (gone.length === 0) return;
    const known = this.#gone.get(node) ?? new Set();
    for (const { callId } of gone) known.add(registrationKey({ ...address, callId }));
    this.#gone.set(node, known);
    this.#options.gone(address, gone);
  }

  /** Null when FreeSWITCH cannot be asked: its next list of registrations is looked at. */
  async #ask(name: string, { user, domain }: PhoneAddress): Promise<readonly string[] | null> {
    const { nodes, logger } = this.#options;
    try {
      if (!nodes.isReady(name)) return null;
      return (await nodes.get(name).api(commands.contact(extension(user, "user"), domainName(domain, "domain")))).trim().split(",");
    } catch (error) {
      logger.warn({ err: error, node: name, user: user.slice(0, 64) }, "FreeSWITCH was not asked which phones of a user it has");
      return null;
    }
  }
}

const has = (listed: readonly string[], { contact }: Phone): boolean => listed.some((other) => isSameContact(other, contact));
