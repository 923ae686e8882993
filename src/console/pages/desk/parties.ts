/** What people are called: in a call, and by an id of the API. */
import type { Call, CallLeg, Contact } from "../../api/types.js";

/** The directory, by id, extension and number. */
export type Book = ReadonlyMap<string, Contact>;

export function bookOf(contacts: Iterable<Contact>): Book {
  const book = new Map<string, Contact>();
  for (const contact of contacts) for (const key of [contact.id, contact.extension, contact.number]) if (key !== null && (contact.type !== "number" || key !== contact.id)) book.set(key, contact);
  return book;
}

export const nameIn = (book: Book, key: string): string => book.get(key)?.name ?? key;

export interface Party {
  readonly name: string;
  /** Null when the name is the number. */
  readonly number: string | null;
}

const party = (name: string | null, number: string): Party => (name === null || name === "" || name === number ? { name: number, number: null } : { name, number });

const isAt = (end: string, agentId: string, book: Book): boolean => end === agentId || book.get(end)?.id === agentId;

/** In a call between colleagues: whether the agent is the one who was called. For a third one, such as a colleague who is consulted, the owner counts. */
function isCalled(call: Call, agentId: string, book: Book): boolean {
  if (isAt(call.to, agentId, book)) return true;
  if (isAt(call.from, agentId, book) || call.assignedTo === agentId) return false;
  const isBetweenTwo = call.legs.length <= 2 && call.consult === null && call.transfer === null;
  return isBetweenTwo || call.assignedTo === null || isAt(call.to, call.assignedTo, book);
}

/** Whom the agent has to do with in this call. */
export function partyOf(call: Call, agentId: string, book: Book): Party {
  if (call.direction === "inbound") return party(call.fromName, call.fromText);
  const from = book.get(call.from);
  if (call.direction === "internal" && isCalled(call, agentId, book)) return party(from?.name ?? call.fromName, call.fromText);
  const far = call.legs.find(({ role, number }) => role === "customer" && number === call.to);
  const told = far?.name === call.to ? null : (far?.name ?? null);
  return party(book.get(call.to)?.name ?? told, call.toText);
}

/** The name of somebody who takes part. */
export function nameOfLeg(leg: CallLeg, call: Call, agentId: string, book: Book): string {
  if (leg.agent !== null) return nameIn(book, leg.agent);
  if (leg.role === "customer") return partyOf(call, agentId, book).name;
  return leg.name ?? nameIn(book, leg.number);
}

const CHIPS = ["language", "vip", "segment", "reason", "topic", "plan", "menu"] as const;
const CHIP_LENGTH = 24;

/** Attributes that say in a glance whom one talks to; the others are beside the call. */
export function chipsOf(attributes: Readonly<Record<string, string>>): readonly { readonly key: string; readonly value: string }[] {
  return CHIPS.flatMap((key) => {
    const value = attributes[key];
    return value === undefined || value === "" || value.length > CHIP_LENGTH ? [] : [{ key, value }];
  }).slice(0, 2);
}
