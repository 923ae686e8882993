/** The registrations of every node with their stamps, from events and snapshots. */
import type { RegistrationEvent, RegistrationRow } from "../freeswitch/index.js";
import { registrationKey, registrationKeyOf } from "../phones/index.js";

export interface HeldRegistration {
  readonly user: string;
  readonly domain: string;
  readonly callId: string;
  readonly metadata: string;
  /** When an event last reported it, epoch milliseconds; 0: a list alone did. */
  readonly seenAt: number;
  /** Its credential was withdrawn, and it has no stamp that shows this. */
  withdrawn: boolean;
}

/** FreeSWITCH's list is up to so long behind its events. */
const LIST_LAG_MS = 5000;

const keyOf = (user: string, domain: string): string => `${user}@${domain.toLowerCase()}`;

/** A registration that was ended, while FreeSWITCH's list goes on showing it: `flush_inbound_reg` deletes it from mod_sofia's own table alone. */
interface Ended {
  readonly at: number;
  /** The expiry in the list; null until the list was read. A phone that registers again gets another one. */
  readonly expires: string | null;
}

/** Of one node. The next list brings back what was dropped. */
const MAX_HELD = 200_000;

interface Node {
  /** Bounded by `MAX_HELD`, and by FreeSWITCH's list when that comes. */
  readonly byKey: Map<string, HeldRegistration>;
  /** Bounded by `MAX_HELD`; what FreeSWITCH lists no more is taken out. */
  readonly ended: Map<string, Ended>;
}

/** Drops the oldest entry of a full map. */
function putWithin<V>(map: Map<string, V>, key: string, value: V): void {
  const [oldest] = map.keys();
  if (oldest !== undefined && !map.has(key) && map.size >= MAX_HELD) map.delete(oldest);
  map.set(key, value);
}

export class HeldRegistrations {
  /** Bounded by the nodes that are followed. */
  readonly #nodes = new Map<string, Node>();

  /** Applies an event; gives the registration that was made or refreshed. */
  event(name: string, { action, user, domain, callId, metadata }: RegistrationEvent, now: number): HeldRegistration | null {
    if (callId === "") return null;
    const { byKey, ended } = this.#node(name);
    const key = registrationKey({ user, domain, callId });
    if (action !== "register") {
      byKey.delete(key);
      return null;
    }
    const held: HeldRegistration = { user, domain, callId, metadata, seenAt: now, withdrawn: false };
    ended.delete(key);
    putWithin(byKey, key, held);
    return held;
  }

  /** Reconciles with a node's list; gives what there is now. */
  snapshot(name: string, rows: readonly RegistrationRow[], now: number): readonly HeldRegistration[] {
    const { byKey, ended } = this.#node(name);
    const listed = new Map(rows.map((row) => [registrationKeyOf(row), row]));
    for (const [key, { at, expires }] of ended) {
      const row = listed.get(key);
      if (row === undefined ? at <= now - LIST_LAG_MS : expires !== null && expires !== row.expires) ended.delete(key);
      else if (row !== undefined) ended.set(key, { at, expires: row.expires });
    }
    for (const [key, held] of byKey) if (!listed.has(key) && held.seenAt <= now - LIST_LAG_MS) byKey.delete(key);
    for (const [key, { reg_user: user, realm: domain, token: callId, metadata }] of listed) {
      if (ended.has(key) || (byKey.get(key)?.seenAt ?? 0) > now - LIST_LAG_MS) continue;
      byKey.set(key, { user, domain, callId, metadata, seenAt: 0, withdrawn: byKey.get(key)?.withdrawn ?? false });
    }
    return [...byKey.values()];
  }

  of(name: string, user: string, domain: string): readonly HeldRegistration[] {
    const key = keyOf(user, domain);
    return [...(this.#nodes.get(name)?.byKey.values() ?? [])].filter((held) => keyOf(held.user, held.domain) === key);
  }

  /** The one that the row of a list is about. */
  get(name: string, row: RegistrationRow): HeldRegistration | undefined {
    return this.#nodes.get(name)?.byKey.get(registrationKeyOf(row));
  }

  /** Whether another address has registered with the same Call-ID, so that a command that names it alone would end both. */
  isShared(name: string, held: HeldRegistration): boolean {
    return [...this.#node(name).byKey.values()].some((other) => other !== held && other.callId === held.callId);
  }

  /** The node is not followed any more. */
  forget(name: string): void {
    this.#nodes.delete(name);
  }

  /** By node. */
  all(): readonly (readonly [node: string, held: HeldRegistration])[] {
    return [...this.#nodes].flatMap(([name, { byKey }]) => [...byKey.values()].map((held) => [name, held] as const));
  }

  /** FreeSWITCH has ended it. */
  end(name: string, held: HeldRegistration, now: number): void {
    const { byKey, ended } = this.#node(name);
    const key = registrationKey(held);
    byKey.delete(key);
    putWithin(ended, key, { at: now, expires: null });
  }

  /** Whether the row of a list is of a registration that was ended. */
  isEnded = (name: string, row: RegistrationRow): boolean => this.#nodes.get(name)?.ended.has(registrationKeyOf(row)) ?? false;

  #node(name: string): Node {
    const known = this.#nodes.get(name);
    if (known !== undefined) return known;
    const node: Node = { byKey: new Map(), ended: new Map() };
    this.#nodes.set(name, node);
    return node;
  }
}
