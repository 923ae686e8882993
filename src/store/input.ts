/** Checks of what is stored: whatever comes from the database later has passed one of these on its way in. */
import { invalid } from "../errors.js";
import type { SupervisionMode } from "../calls/ports.js";
import { callerId, domainName, extension, queueName } from "../freeswitch/words.js";
import type { DomainName, Extension } from "../freeswitch/words.js";

export const SUPERVISION_MODES = ["listen", "whisper", "barge"] as const satisfies readonly SupervisionMode[];
export const USER_ROLES = ["agent", "supervisor", "admin", "root"] as const;
/** The gateway of freeswitch-conf (CONTRACT §1). */
export const DEFAULT_DIAL_STRING = "sofia/gateway/trunk/{number}";

const ORGANIZATION_NAME = /^[A-Za-z0-9_](?:[A-Za-z0-9 _.-]{0,62}[A-Za-z0-9_.-])?$/;
const USERNAME = /^[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,63}$/;
const TOKEN_NAME = ORGANIZATION_NAME;
/** A literal prefix; `+` alone is every number in international form. */
const PREFIX = /^(?:\+|\+?[0-9*#]{1,32})$/;

export function organizationName(value: string, parameter = "name"): string {
  if (!ORGANIZATION_NAME.test(value)) throw invalid(parameter, "is not 1 to 64 letters, digits, spaces and _ . -");
  return value;
}

/** Lower case, as SIP compares domains. */
export const organizationDomain = (value: string, parameter = "domain"): DomainName => domainName(value.toLowerCase(), parameter);

export const organizationCallerId = (value: string, parameter = "callerId"): string => callerId(value, parameter);

export function allowedPrefixes(values: readonly string[], parameter = "allowedPrefixes"): readonly string[] {
  for (const value of values) if (!PREFIX.test(value)) throw invalid(parameter, "holds something that is not a prefix such as +1 or 0049");
  return [...new Set(values)];
}

export const departmentNames = (values: readonly string[], parameter = "departments"): readonly string[] =>
  [...new Set(values.map((value) => queueName(value, parameter)))].sort();

export function username(value: string, parameter = "username"): string {
  if (!USERNAME.test(value)) throw invalid(parameter, "is not 1 to 64 letters, digits and _ . @ + -");
  return value;
}

export function tokenName(value: string, parameter = "name"): string {
  if (!TOKEN_NAME.test(value)) throw invalid(parameter, "is not 1 to 64 letters, digits, spaces and _ . -");
  return value;
}

export const isSupervisionMode = (value: unknown): value is SupervisionMode => SUPERVISION_MODES.some((mode) => mode === value);

export function permissions(values: readonly string[], parameter = "permissions"): readonly SupervisionMode[] {
  const modes = values.filter(isSupervisionMode);
  if (modes.length !== values.length) throw invalid(parameter, `may hold ${SUPERVISION_MODES.join(", ")} and nothing else`);
  return SUPERVISION_MODES.filter((mode) => modes.includes(mode));
}

export interface CheckedAgent {
  readonly agentId: string | null;
  readonly extension: Extension | null;
}

/** An agent id and its extension (by default the same word), or neither. */
export function agentWords(agentId: string | null | undefined, ownExtension: string | null | undefined): CheckedAgent {
  if (agentId === null || agentId === undefined) {
    if (ownExtension !== null && ownExtension !== undefined) throw invalid("extension", "needs an agent id");
    return { agentId: null, extension: null };
  }
  const id = extension(agentId, "agent");
  return { agentId: id, extension: ownExtension === null || ownExtension === undefined ? id : extension(ownExtension, "extension") };
}
