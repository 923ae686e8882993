/** Whom a call can be transferred to, best first. */
import type { Contact } from "../../../api/types.js";

export interface TransferTarget {
  readonly type: "client" | "department" | "phonenumber";
  readonly to: string;
  readonly name: string;
  /** Null: a number that was typed. */
  readonly contact: Contact | null;
}

const DIALLED = /^\+?[\d\s()./-]{3,}$/;

/** The free first; somebody without a phone cannot be rung at all. */
export function targetsOf(contacts: readonly Contact[], typed: string, without: ReadonlySet<string>): readonly TransferTarget[] {
  const targets = contacts.flatMap((contact): TransferTarget[] => {
    if (contact.type === "agent") return without.has(contact.id) ? [] : [{ type: "client", to: contact.id, name: contact.name, contact }];
    if (contact.type === "department") return [{ type: "department", to: contact.id, name: contact.name, contact }];
    return contact.number === null ? [] : [{ type: "phonenumber", to: contact.number, name: contact.name, contact }];
  });
  targets.sort((a, b) => rank(a) - rank(b));
  const number = typed.trim();
  if (DIALLED.test(number) && !targets.some(({ contact }) => contact?.extension === number || contact?.number === number)) targets.push({ type: "phonenumber", to: number, name: number, contact: null });
  return targets;
}

function rank({ contact }: TransferTarget): number {
  if (contact === null) return 3;
  if (contact.type === "agent") return isFree(contact) ? 0 : contact.registered === true ? 2 : 4;
  return contact.type === "department" && (contact.free ?? 0) > 0 ? 1 : 2;
}

export const isFree = ({ presence, registered }: Contact): boolean => presence?.status === "online" && registered === true;
