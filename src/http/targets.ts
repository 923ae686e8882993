/** Translates how `seeds/*.txt` name people and destinations into agent ids and targets. */
import type { Actor, Directory } from "../people/index.js";
import type { Target } from "../calls/index.js";
import { CallplaneError, invalid, notFound } from "../errors.js";
import { domainName, extension, numberText } from "../freeswitch/index.js";

/** Longer digits that no agent has are a phone number, not an extension. */
const MAX_EXTENSION_DIGITS = 6;

const SHORT = /^[0-9]{3,6}$/;

function accepts(validate: (value: string, parameter: string) => string, value: string): boolean {
  try {
    validate(value, "");
    return true;
  } catch (error) {
    if (error instanceof CallplaneError) return false;
    throw error;
  }
}

/** The agent id of the agent with this extension, else the value as it is: `seeds/003_0cbea820782a669e.txt` and `seeds/004_e1e84ef2369098d3.txt` name agents by extension. */
export function agentIdFor(directory: Directory, actor: Actor, value: string): string {
  if (actor.organizationId === null || directory.agent(actor.organizationId, value) !== undefined) return value;
  return directory.agentByExtension(actor.organizationId, value)?.agentId ?? value;
}

/** `201` or `201@domain` of `seeds/003_0cbea820782a669e.txt`. Throws NotFound for a domain that is not the actor's; for root the domain stays, to say which `201` is meant. */
export function userFor(directory: Directory, actor: Actor, value: string): string {
  const [user = "", domain] = value.split("@", 2);
  if (actor.organizationId === null) return value;
  if (domain !== undefined && directory.organizationByDomain(domain)?.id !== actor.organizationId) throw notFound(`The user ${value}`);
  return agentIdFor(directory, actor, user);
}

/** Validates `user` or `user@domain`; throws InvalidParameter. */
export function userAddress(value: string, parameter: string): string {
  const at = value.indexOf("@");
  extension(at === -1 ? value : value.slice(0, at), parameter);
  if (at !== -1) domainName(value.slice(at + 1), parameter);
  return value;
}

/** Validates what may be an extension or a phone number; throws InvalidParameter. */
export const extensionOrNumber = (value: string, parameter: string): string => (accepts(numberText, value) ? value : extension(value, parameter));

/** `seeds/002_dfba42f890073f0f.txt` and `seeds/003_0cbea820782a669e.txt` name a destination without its type: an agent when one is known by it, else a phone number when it is too long for an extension, looks like none, or is a short number that the allow list names. */
export function untypedTarget(directory: Directory, actor: Actor, to: string): Target {
  const { organizationId } = actor;
  const isKnown = organizationId !== null && (directory.agent(organizationId, to) ?? directory.agentByExtension(organizationId, to)) !== undefined;
  const looksLikeNumber = accepts(numberText, to) && (to.length > MAX_EXTENSION_DIGITS || !accepts(extension, to));
  // Such as an emergency number, which is as short as an extension.
  const isNamed = organizationId !== null && SHORT.test(to) && directory.organization(organizationId)?.allowedPrefixes.includes(to) === true;
  return { type: !isKnown && (looksLikeNumber || isNamed) ? "phonenumber" : "client", to };
}

/** The organization that the actor acts for; root names it by its domain. Throws InvalidParameter without one, NotFound for another's. */
export function organizationNamed(directory: Directory, actor: Actor, domain: string | undefined): number {
  if (domain === undefined) {
    if (actor.organizationId === null) throw invalid("domain", "is needed, because root belongs to no organization.");
    return actor.organizationId;
  }
  const id = directory.organizationByDomain(domain)?.id;
  if (id === undefined || (actor.organizationId !== null && actor.organizationId !== id)) throw notFound(`The domain ${domain}`);
  return id;
}
