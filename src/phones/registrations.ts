import type { RegistrationEvent, RegistrationRow } from "../freeswitch/index.js";
import { contactUri } from "./contacts.js";

export interface Phone {
  readonly node: string;
  /** The SIP URI that it is reached at. */
  readonly contact: string;
  /** SIP Call-ID of its REGISTERs: `call-id` in events, `token` in rows. */
  readonly callId: string;
  readonly networkIp: string;
  readonly networkPort: string;
  /** "" until an event: rows have none. */
  readonly userAgent: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** When it counts as expired without an event; Infinity when a snapshot has shown it. */
  readonly expiresAt: number;
  /** FreeSWITCH could not ring it; reset when the phone registers again. */
  readonly denied: boolean;
}

/** Someone's address: user and domain of the registration. */
export interface PhoneAddress {
  readonly user: string;
  readonly domain: string;
}

export interface PhoneChange extends PhoneAddress {
  /** `reach`: no phone has come or gone, and other nodes can ring them now. */
  readonly type: "added" | "removed" | "reach";
  /** How many phones are left. */
  readonly left: number;
  /** Those that are registered no more, also when others have come. One that has moved to another contact is not among them. */
  readonly gone: readonly Phone[];
}

/** mod_sofia keeps a registration for 60 s past its expiry (sip-expires-late-margin) before it tells `sofia::expire`; so do we, and a little. */
const LATE_MARGIN_MS = 90_000;

/** The newest phones of one user: a password could register any number of addresses. */
const MAX_PHONES = 20;
/** A phone may call itself what it likes. */
const MAX_USER_AGENT = 256;

/** The phones of one address in a snapshot. */
interface Seen {
  readonly address: PhoneAddress;
  /** Bounded by the rows. */
  readonly phones: Phone[];
}

const addressKey = (user: string, domain: string): string => `${user}@${domain.toLowerCase()}`;

/** Names a registration at one node. The Call-ID is the phone's own word: two users may have the same. */
export const registrationKey = ({ user, domain, callId }: PhoneAddress & Pick<Phone, "callId">): string => `${addressKey(user, domain)} ${callId}`;

/** Whether two registrations are one phone's: it may have moved to another contact, or begun anew at the same. */
export const isSamePhone = (one: Phone, other: Pick<Phone, "node" | "callId"> & { readonly contact: string | null }): boolean =>
  one.node === other.node && (one.contact === other.contact || (other.callId !== "" && one.callId === other.callId));

/** The same of a row of FreeSWITCH's list. */
export const registrationKeyOf = ({ reg_user: user, realm: domain, token: callId }: RegistrationRow): string => registrationKey({ user, domain, callId });

/**
 * The registered phones of all nodes, by user and domain. Events update them, a node's snapshot (at each connect and drift check) reconciles them. The phones of
 * a node that is down stay as they were last known.
 */
export class Registrations {
  /** By address. Bounded by FreeSWITCH's registrations, which expire; of one address by `MAX_PHONES`. */
  readonly #phones = new Map<string, readonly Phone[]>();
  /** By node and address, the sequence of the newest event. Bounded by the addresses that FreeSWITCH tells of between two of its lists. */
  readonly #told = new Map<string, Map<string, number>>();

  phonesOf(user: string, domain: string): readonly Phone[] {
    return this.#phones.get(addressKey(user, domain)) ?? [];
  }

  get size(): number {
    let count = 0;
    for (const phones of this.#phones.values()) count += phones.length;
    return count;
  }

  /** Applies an event at `now` (milliseconds); returns what changed. A refreshed registration is no change, unless it was denied or comes from elsewhere. */
  event(node: string, event: RegistrationEvent, now: number): readonly PhoneChange[] {
    if (event.user === "" || event.domain === "") return [];
    const key = addressKey(event.user, event.domain);
    const before = this.#phones.get(key) ?? [];
    const uri = contactUri(event.contact);
    const isIt = (phone: Phone): boolean => isSamePhone(phone, { node, contact: uri, callId: event.callId });
    this.#told.set(node, (this.#told.get(node) ?? new Map<string, number>()).set(key, event.sequence));
    if (event.action !== "register") {
      // `Contact: *` removes all of the user's bindings.
      const after = before.filter((phone) => (uri === null && event.callId === "" ? phone.node !== node : !isIt(phone)));
      return this.#replace(key, event, before, after);
    }
    const known = before.find(isIt);
    const phone: Phone = {
      node,
      contact: uri ?? event.contact,
      callId: event.callId,
      networkIp: event.networkIp,
      networkPort: event.networkPort,
      userAgent: event.userAgent.slice(0, MAX_USER_AGENT) || (known?.userAgent ?? ""),
      since: known?.since ?? now,
      expiresAt: event.expiresS > 0 ? now + event.expiresS * 1000 + LATE_MARGIN_MS : Infinity,
      denied: false,
    };
    return this.#replace(key, event, before, [...before.filter((other) => !isIt(other)), phone]);
  }

  /**
   * Reconciles with all registrations of a node; returns what changed. `afterSequence`: of addresses that a later event has told of, the rows may be older than the event
   * and are passed over; the next list has them.
   */
  snapshot(node: string, rows: readonly RegistrationRow[], now: number, afterSequence = Infinity): readonly PhoneChange[] {
    const changes: PhoneChange[] = [];
    const seen = new Map<string, Seen>();
    const newer = this.#newerThan(node, afterSequence);
    for (const row of rows) {
      if (row.reg_user === "" || row.realm === "") continue;
      const key = addressKey(row.reg_user, row.realm);
      if (newer.has(key)) continue;
      const contact = contactUri(row.url) ?? row.url;
      const known = (this.#phones.get(key) ?? []).find((phone) => phone.node === node && (phone.contact === contact || phone.callId === row.token));
      const phone: Phone = {
        node,
        contact,
        callId: row.token,
        networkIp: row.network_ip,
        networkPort: row.network_port,
        userAgent: known?.userAgent ?? "",
        since: known?.since ?? now,
        // `expires` is by the switch's clock, which may differ from ours; the next snapshot tells when it is gone.
        expiresAt: Infinity,
        denied: known?.denied ?? false,
      };
      const entry = seen.get(key);
      if (entry === undefined) seen.set(key, { address: { user: row.reg_user, domain: row.realm }, phones: [phone] });
      else entry.phones.push(phone);
    }
    for (const [key, phones] of [...this.#phones]) {
      if (!seen.has(key) && !newer.has(key)) changes.push(...this.#replace(key, parseKey(key), phones, phones.filter((phone) => phone.node !== node)));
    }
    for (const [key, { address, phones }] of seen) {
      const before = this.#phones.get(key) ?? [];
      changes.push(...this.#replace(key, address, before, [...before.filter((phone) => phone.node !== node), ...phones]));
    }
    return changes;
  }

  /** Removes what expired without an event, on nodes whose events reach us (`isCurrent`); elsewhere a refresh would be missed. */
  sweep(now: number, isCurrent: (node: string) => boolean): readonly PhoneChange[] {
    const changes: PhoneChange[] = [];
    for (const [key, phones] of [...this.#phones]) {
      if (!phones.some((phone) => phone.expiresAt <= now)) continue;
      const after = phones.filter((phone) => phone.expiresAt > now || !isCurrent(phone.node));
      changes.push(...this.#replace(key, parseKey(key), phones, after));
    }
    return changes;
  }

  /** FreeSWITCH could not ring the phone at this node, although it is registered there. */
  deny(node: string, { user, domain }: PhoneAddress): readonly PhoneChange[] {
    const key = addressKey(user, domain);
    const before = this.#phones.get(key) ?? [];
    return this.#replace(key, { user, domain }, before, before.map((phone) => (phone.node === node ? { ...phone, denied: true } : phone)));
  }

  /** Removes these, unless they have registered again meanwhile; returns what changed. */
  remove({ user, domain }: PhoneAddress, gone: readonly Phone[]): readonly PhoneChange[] {
    const before = this.phonesOf(user, domain);
    return this.#replace(addressKey(user, domain), { user, domain }, before, before.filter((phone) => !gone.includes(phone)));
  }

  /** The node was removed; its phones have not unregistered. */
  forget(node: string): readonly PhoneChange[] {
    this.#told.delete(node);
    const changes = this.changesOfReach(node);
    return changes.map(({ type, user, domain }) => {
      const key = addressKey(user, domain);
      const left = this.phonesOf(user, domain).filter((phone) => phone.node !== node);
      if (left.length === 0) this.#phones.delete(key);
      else this.#phones.set(key, left);
      return { type, user, domain, left: left.length, gone: [] };
    });
  }

  /** A node has become ready, or is ready no more. */
  changesOfReach(node: string): readonly PhoneChange[] {
    return [...this.#phones].flatMap(([key, phones]) => (phones.some((phone) => phone.node === node) ? [{ type: "reach" as const, ...parseKey(key), left: phones.length, gone: [] }] : []));
  }

  clear(): void {
    this.#phones.clear();
    this.#told.clear();
  }

  /** Addresses with such an event. The others' are forgotten. */
  #newerThan(node: string, sequence: number): ReadonlyMap<string, number> {
    const newer = new Map([...(this.#told.get(node) ?? [])].filter(([, told]) => told > sequence));
    this.#told.set(node, newer);
    return newer;
  }

  #replace(key: string, { user, domain }: PhoneAddress, before: readonly Phone[], all: readonly Phone[]): readonly PhoneChange[] {
    const after = all.slice(-MAX_PHONES);
    if (after.length === 0) this.#phones.delete(key);
    else this.#phones.set(key, after);
    const added = after.some((phone) => !holds(before, phone));
    const removed = before.filter((phone) => !holds(after, phone));
    const gone = removed.filter((phone) => phone.callId === "" || !after.some(({ node, callId }) => node === phone.node && callId === phone.callId));
    // A replaced phone is told as an addition, since the user always had one.
    if (added || removed.length > 0) return [{ type: added ? "added" : "removed", user, domain, left: after.length, gone }];
    return after.some((phone) => !before.some((other) => isSame(other, phone) && isAlike(other, phone))) ? [{ type: "reach", user, domain, left: after.length, gone }] : [];
  }
}

const isSame = (one: Phone, other: Phone): boolean => one.node === other.node && one.contact === other.contact;

/** Whether it is reached, and shown, as before. */
const isAlike = (one: Phone, other: Phone): boolean => one.denied === other.denied && one.networkIp === other.networkIp && one.networkPort === other.networkPort && one.userAgent === other.userAgent;

const holds = (phones: readonly Phone[], phone: Phone): boolean => phones.some((other) => isSame(other, phone));

function parseKey(key: string): PhoneAddress {
  const at = key.lastIndexOf("@");
  return { user: key.slice(0, at), domain: key.slice(at + 1) };
}
