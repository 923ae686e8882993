/** The one search: order, what is underlined, and what each find can be used for. */
import type { Contact, EventOf } from "../../api/types.js";

/** `transfer`: consult first or transfer at once. `add`: a third into the call. `call`: a new call. */
export type Purpose = "transfer" | "add" | "call";
export type Way = "consult" | "transfer" | "add" | "call";
export type Reach = "free" | "busy" | "away" | "offline" | "queue" | "number" | "unreachable";

export interface Target {
  readonly type: "client" | "phonenumber" | "department";
  readonly to: string;
}

export interface Find {
  readonly key: string;
  readonly target: Target;
  readonly name: string;
  /** Beside the name. */
  readonly detail: string | null;
  readonly reach: Reach;
  /** Null: the number that was typed. */
  readonly contact: Contact | null;
}

export const keyOf = ({ type, id }: Pick<Contact, "type" | "id">): string => `${type}:${id}`;

/** What the stream tells of the directory, by key; null: it is gone. */
export type News = ReadonlyMap<string, Contact | null>;
export const newsOf = ({ items, removed }: EventOf<"directory.presence">["data"]): News => new Map<string, Contact | null>([...items.map((item) => [keyOf(item), item] as const), ...removed.map((gone) => [keyOf(gone), null] as const)]);

/** An answer of the directory with what the stream has told since it was asked for: the answer may be older. */
export const withNews = (contacts: readonly Contact[], news: News): readonly Contact[] => contacts.flatMap((contact) => {
  const told = news.get(keyOf(contact));
  return told === null ? [] : [told ?? contact];
});

const REACH: Readonly<Record<NonNullable<Contact["presence"]>["status"], Reach>> = { online: "free", inCall: "busy", away: "away", offline: "offline" };

export function reachOf(contact: Contact): Reach {
  if (contact.type === "department") return "queue";
  if (contact.type === "number") return "number";
  if (contact.registered !== true) return "unreachable";
  return REACH[contact.presence?.status ?? "offline"];
}

const RANK: Readonly<Record<Reach, number>> = { free: 0, queue: 1, busy: 2, away: 3, number: 5, offline: 6, unreachable: 7 };
/** A queue in which nobody is free: the caller would wait for as long as for those who are busy, or longer. */
const NOBODY_FREE = 4;

const rankOf = ({ reach, contact }: Find): number => (reach === "queue" && (contact?.free ?? 0) === 0 ? NOBODY_FREE : RANK[reach]);

/** Where the words were found: at the beginning of the name, of one of its words, or elsewhere. */
function place(name: string, query: string): number {
  const [text, wanted] = [name.toLocaleLowerCase(), query.toLocaleLowerCase()];
  if (wanted === "" || text.startsWith(wanted)) return 0;
  return text.split(/[\s.-]+/).some((word) => word.startsWith(wanted)) ? 1 : 2;
}

const findOf = (contact: Contact): Find => ({
  key: keyOf(contact),
  target: contact.type === "agent" ? { type: "client", to: contact.id } : contact.type === "department" ? { type: "department", to: contact.id } : { type: "phonenumber", to: contact.number ?? contact.id },
  name: contact.name,
  detail: contact.extension,
  reach: reachOf(contact),
  contact,
});

/** As somebody types a number: at least three digits, and nothing but what numbers are written with. */
export function typedNumber(query: string): Target | null {
  const text = query.trim();
  if (!/^\+?[\d\s()./-]+$/.test(text)) return null;
  const digits = text.replace(/\D/g, "");
  if (digits.length < 3) return null;
  const to = text.startsWith("+") ? `+${digits}` : digits;
  return { type: to.startsWith("+") || digits.length > 6 ? "phonenumber" : "client", to };
}

/** Whom the search offers: free colleagues first, and last the typed number itself. Nobody is offered the own phone, and a queue only a transfer. */
export function findsOf(contacts: Iterable<Contact>, query: string, purpose: Purpose, agentId: string): readonly Find[] {
  const wanted = query.trim();
  const finds = [...contacts]
    .filter(({ type, id }) => !(type === "agent" && id === agentId) && !(type === "department" && purpose !== "transfer"))
    .map(findOf)
    .sort((a, b) => rankOf(a) - rankOf(b) || place(a.name, wanted) - place(b.name, wanted) || a.name.localeCompare(b.name));
  const typed = typedNumber(wanted);
  if (typed === null || finds.some(({ target, contact }) => target.to === typed.to || contact?.extension === typed.to)) return finds;
  return [...finds, { key: "typed", target: typed, name: wanted, detail: null, reach: "number", contact: null }];
}

const squeezed = (text: string): string => text.replace(/[\s()./-]/g, "");

/** What may be shown and reached before the answer to the words is there: what an earlier answer has that fits them. */
export function fitting(contacts: readonly Contact[], query: string): readonly Contact[] {
  const wanted = query.trim().toLocaleLowerCase();
  return contacts.filter(({ name, extension, number }) => name.toLocaleLowerCase().includes(wanted) || [extension, number].some((digits) => digits?.includes(squeezed(wanted)) === true));
}

/** In the order in which they are shown already, so that nothing moves under a hand; what is new comes last. */
export function inOrder(finds: readonly Find[], order: readonly string[]): readonly Find[] {
  const place = new Map(order.map((key, index) => [key, index]));
  return [...finds].sort((a, b) => (place.get(a.key) ?? order.length) - (place.get(b.key) ?? order.length));
}

/** What a find can be used for; the first is what Enter does. */
export function waysOf(find: Find, purpose: Purpose): readonly Way[] {
  if (find.reach === "unreachable") return [];
  if (purpose !== "transfer") return [purpose];
  return find.target.type === "department" ? ["transfer"] : ["consult", "transfer"];
}

/** What the keys do with a find, by name: the label of a key says nothing else than what it does. Ctrl and Enter are not named where they do the same. */
export function keysOf(find: Find | undefined, purpose: Purpose): { readonly enter: Way | null; readonly ctrlEnter: Way | null } {
  const ways = find === undefined ? [] : waysOf(find, purpose);
  return { enter: ways[0] ?? null, ctrlEnter: ways.length > 1 ? (ways.at(-1) ?? null) : null };
}

export interface Piece {
  readonly text: string;
  readonly isHit: boolean;
}

/** The text in pieces, so that what was typed can be underlined; caller data is never made into HTML. */
export function piecesOf(text: string, query: string): readonly Piece[] {
  const wanted = query.trim().toLocaleLowerCase();
  const at = wanted === "" ? -1 : text.toLocaleLowerCase().indexOf(wanted);
  if (at < 0) return [{ text, isHit: false }];
  const end = at + wanted.length;
  return [{ text: text.slice(0, at), isHit: false }, { text: text.slice(at, end), isHit: true }, { text: text.slice(end), isHit: false }].filter((piece) => piece.text !== "");
}

/** The next one that can be reached in this direction, round the ends; -1: there is none. */
export function step(finds: readonly Find[], from: number, by: 1 | -1): number {
  const { length } = finds;
  // Nothing is chosen: upwards begins at the end.
  const begin = from < 0 && by < 0 ? 0 : from;
  for (let tries = 1; tries <= length; tries++) {
    const index = (begin + by * tries + length * (tries + 1)) % length;
    if (finds[index]?.reach !== "unreachable") return index;
  }
  return -1;
}
