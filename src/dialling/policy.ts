import { parsePhoneNumberFromString, type CountryCode } from "libphonenumber-js/max";
import { CallplaneError } from "../errors.js";
import type { AuditLog } from "../audit/index.js";
import type { Organization } from "../people/index.js";
import { type ChannelUuid, endpoints, isNumberText, type NumberText, type PhoneNumber } from "../freeswitch/index.js";
import { homeCountry } from "./country.js";
import { emergencyNumbers } from "./emergency-numbers.js";
import { kindOf, type NumberKind } from "./kinds.js";
import { OutsideLimits, type Full } from "./limits.js";
import { abroad, canonicalNumber, digitsOf, isBeginning, readDigits, readPossible, shortNumber, spaced } from "./numbers.js";
import type { Metrics } from "../metrics.js";
import type { DialDirectory, DialRefusal, DialRules, LiveOutsideCalls, DialPlace, DialPolicy, DialRoute, Dialler } from "./ports.js";
import { allowedBy, names } from "./prefixes.js";
import { Remembered } from "./remembered.js";

export interface DiallingDependencies {
  readonly directory: DialDirectory;
  readonly live: LiveOutsideCalls;
  readonly audit: AuditLog;
  readonly metrics: Pick<Metrics, "dialRefused">;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

/** For an organization that was removed. */
const NO_RULES: DialRules = { maxOutboundCalls: 0, maxOutboundCallsPerMinute: 0, maxOutboundCallS: null, premiumAllowed: false, country: null, emergencyNumbers: [], callbackCountries: [], callerId: null };
const NOBODY: Dialler = { name: "system", agentId: null };

type NumberRefusal = Extract<DialRefusal, "prefix" | "agent-prefix" | "premium" | "satellite" | "unreadable" | "callback-country">;
const WHY: Readonly<Record<NumberRefusal, string>> = {
  prefix: "its allow list does not allow it",
  "agent-prefix": "none of the agent's own prefixes allows it",
  premium: "it is a premium-rate, shared-cost, personal or company-wide number, a pager or a mailbox, and these are off",
  satellite: "it is a satellite number, and these are off",
  unreadable: "it is no valid phone number",
  "callback-country": "callers are not called back in its country",
};

/** A number as it was read. `short`: no whole number; allowed where the allow list names it. */
interface Read {
  readonly number: PhoneNumber;
  readonly kind: NumberKind | "emergency" | "short";
}

/** An organization with what decides about its numbers. */
interface Asking {
  readonly organization: Organization;
  readonly rules: DialRules;
  readonly own: readonly string[];
  readonly home: CountryCode | undefined;
}

/**
 * The one check of everything that goes to the outside: originate, transfer, consult, conference, overflow, callback, forwarding and what phones dial. It checks
 * and gives to be dialled the same string. Emergency numbers must be named by the organization's allow list; no other rule applies to them: no agent's prefixes,
 * no limit and no longest duration.
 */
export class Dialling implements DialPolicy {
  readonly #dependencies: DiallingDependencies;
  readonly #limits: OutsideLimits;
  readonly #canonical = new Remembered(canonicalNumber);
  readonly #spaced = new Remembered(spaced);

  constructor(dependencies: DiallingDependencies) {
    this.#dependencies = dependencies;
    this.#limits = new OutsideLimits(dependencies.live, dependencies.now ?? Date.now);
  }

  endpointFor(organization: Organization, written: NumberText, dialler: Dialler = NOBODY): DialRoute {
    const asking = this.#asking(organization);
    const { rules, own } = asking;
    const { number, kind } = this.#allowed(asking, written, dialler);
    const callerId = callerIdOf(organization, own, dialler.preferredCallerId ?? null);
    const trunk = this.#trunkFor(organization, [dialler.line ?? null, callerId]);
    const route = { number, endpoint: trunk === null ? endpoints.dialString(organization.dialString, number) : endpoints.gateway(trunk, number), callerId };
    if (kind === "emergency") return route;
    if (dialler.counted === false) this.#refuse(organization, number, dialler, "uncounted", new CallplaneError("SwitchUnavailable", "Callplane does not follow this FreeSWITCH now, so it could not count the call.", { retryAfterS: 5 }));
    const requireRoom = (): void => {
      const full = this.#limits.full(organization.id, rules);
      if (full !== null) this.#refuse(organization, number, dialler, full.rule, limitReached(organization, full));
    };
    requireRoom();
    return {
      ...route,
      ...(rules.maxOutboundCallS === null ? {} : { variables: longestDuration(rules.maxOutboundCallS) }),
      ...(rules.maxOutboundCalls === null && rules.maxOutboundCallsPerMinute === null ? {} : { admit: (leg: ChannelUuid, forgottenMs?: number): DialPlace => {
        requireRoom();
        return this.#limits.take(organization.id, leg, forgottenMs);
      } }),
    };
  }

  isEmergency(organization: Organization, written: NumberText): boolean {
    const read = readFor(this.#asking(organization), written);
    return read?.kind === "emergency" && names(organization.allowedPrefixes, read.number);
  }

  read(organizationId: number | null, written: string): PhoneNumber | null {
    return this.#canonical.get(written, organizationId === null ? undefined : this.#home(organizationId));
  }

  spaced(organizationId: number, number: string): string {
    return this.#spaced.get(number, this.#home(organizationId));
  }

  callbackTo(organization: Organization, written: string): PhoneNumber {
    // What a caller's From header says can be anything.
    if (!isNumberText(written)) return this.#refuseNumber(organization, "(no number)", NOBODY, "unreadable");
    const asking = this.#asking(organization);
    const { number, kind } = this.#allowed(asking, written, NOBODY);
    // A caller who leaves such a number would earn from the callback.
    if (kind === "premium" || kind === "satellite") this.#refuseNumber(organization, number, NOBODY, kind);
    const country = parsePhoneNumberFromString(number, { extract: false })?.country;
    const countries: readonly (string | undefined)[] = asking.rules.callbackCountries ?? [asking.home];
    if (country === undefined || !countries.includes(country)) this.#refuseNumber(organization, number, NOBODY, "callback-country");
    return number;
  }

  /** Throws NUMBER_NOT_ALLOWED for a number that this dialler may not dial. */
  #allowed(asking: Asking, written: NumberText, dialler: Dialler): Read {
    const { organization, rules, home } = asking;
    const read = readFor(asking, written);
    if (read === null) return this.#refuseNumber(organization, written, dialler, "unreadable");
    const { number, kind } = read;
    const isNamedAlone = kind === "emergency" || kind === "short";
    const covers = (prefixes: readonly string[]): boolean => (isNamedAlone ? names(prefixes, number) : allowedBy(prefixes, number, home));
    if (!covers(organization.allowedPrefixes)) return this.#refuseNumber(organization, number, dialler, "prefix");
    if (kind === "emergency") return read;
    const ofAgent = dialler.agentId === null ? null : (this.#dependencies.directory.agentRecord(organization.id, dialler.agentId)?.allowedPrefixes ?? null);
    if (ofAgent !== null && !covers(ofAgent)) return this.#refuseNumber(organization, number, dialler, "agent-prefix");
    if (!rules.premiumAllowed && (kind === "premium" || kind === "satellite")) return this.#refuseNumber(organization, number, dialler, kind);
    return read;
  }

  /** That of the first of these numbers whose line names one: a provider takes calls that show a number which it has given. Null: the organization's dial string counts. */
  #trunkFor({ id }: Organization, numbers: readonly (string | null)[]): string | null {
    return numbers.map((number) => (number === null ? null : this.#dependencies.directory.trunkOfLine(id, number))).find((trunk) => trunk !== null) ?? null;
  }

  #asking(organization: Organization): Asking {
    const { directory } = this.#dependencies;
    const rules = directory.organization(organization.id) ?? NO_RULES;
    const own = directory.ownNumbers(organization.id);
    return { organization, rules, own, home: homeCountry({ country: rules.country, callerId: organization.callerId, firstLine: own[0] }) };
  }

  #home(organizationId: number): CountryCode | undefined {
    const { directory } = this.#dependencies;
    const rules = directory.organization(organizationId);
    return rules === undefined ? undefined : homeCountry({ country: rules.country, callerId: rules.callerId, firstLine: directory.ownNumbers(organizationId)[0] });
  }

  #refuseNumber(organization: Organization, number: string, dialler: Dialler, rule: NumberRefusal): never {
    return this.#refuse(organization, number, dialler, rule, new CallplaneError("NUMBER_NOT_ALLOWED", `The organization ${organization.name} may not dial ${number}: ${WHY[rule]}.`));
  }

  #refuse(organization: Organization, number: string, { name, agentId }: Dialler, rule: DialRefusal, error: CallplaneError): never {
    const { audit, metrics } = this.#dependencies;
    metrics.dialRefused(rule);
    audit.append({ at: new Date(), organizationId: organization.id, actor: name, action: "refused", target: number, detail: { operation: "dial", code: error.code, rule, agent: agentId } });
    throw error;
  }
}

/** Null unless it is a valid number, an emergency number, or one that is short or of an unknown range, and that the allow list names. */
function readFor({ organization, rules, home }: Asking, written: NumberText): Read | null {
  const digits = digitsOf(written);
  if (digits === null) return null;
  const short = shortNumber(digits);
  if (short !== null && emergencyNumbers(home, rules.emergencyNumbers).has(short)) return { number: short, kind: "emergency" };
  const number = readDigits(digits, home);
  if (number !== null) return { number, kind: kindOf(number, ...abroad(digits)) };
  const named = short === null || isBeginning(short) ? readPossible(digits, home) : short;
  return named !== null && names(organization.allowedPrefixes, named) ? { number: named, kind: "short" } : null;
}

const limitReached = ({ name }: Organization, { rule, limit, retryAfterS }: Full): CallplaneError =>
  new CallplaneError("DIAL_LIMIT", rule === "simultaneous" ? `The organization ${name} has its ${limit} calls to the outside at once.` : `The organization ${name} has begun its ${limit} calls to the outside in this minute.`, { retryAfterS });

/**
 * FreeSWITCH runs this in the leg's own thread as soon as it is answered (switch_channel.c, execute_on_answer), so the call ends in time with or without us;
 * its hangup cause is ALLOTTED_TIMEOUT.
 */
const longestDuration = (seconds: number): Readonly<Record<string, string>> => ({ execute_on_answer: `sched_hangup +${seconds} ALLOTTED_TIMEOUT` });

/** One of the organization's own numbers, or none: nothing from a caller or a request is shown to the outside. */
function callerIdOf({ callerId }: Organization, own: readonly string[], preferred: string | null): string | null {
  if (preferred !== null && (own.includes(preferred) || preferred === callerId)) return preferred;
  return callerId ?? own[0] ?? null;
}
