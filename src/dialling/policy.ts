import { CallplaneError } from "../errors.js";
import type { AuditLog, DialPlace, DialPolicy, DialRoute, Dialler, Organization } from "../calls/ports.js";
import { endpoints } from "../freeswitch/endpoints.js";
import type { PhoneNumber } from "../freeswitch/words.js";
import { OutsideLimits, type Full } from "./limits.js";
import { countryOf, isEmergency, kindOf } from "./numbers.js";
import type { DialDirectory, DialMetrics, DialRefusal, DialRules, LiveOutsideCalls } from "./ports.js";
import { allowedBy } from "./prefixes.js";

export interface DiallingDependencies {
  readonly directory: DialDirectory;
  readonly live: LiveOutsideCalls;
  readonly audit: AuditLog;
  readonly metrics: DialMetrics;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

/** Of an organization that is gone: nothing was allowed, and nothing is. */
const NO_RULES: DialRules = { maxOutboundCalls: 0, maxOutboundCallsPerMinute: 0, maxOutboundCallS: null, premiumAllowed: false };
const NOBODY: Dialler = { name: "system", agentId: null };

const WHY: Readonly<Record<Exclude<DialRefusal, "simultaneous" | "rate">, string>> = {
  prefix: "none of its prefixes allows it",
  "agent-prefix": "none of the agent's own prefixes allows it",
  premium: "it is a premium-rate, shared-cost or personal number, and these are off",
  satellite: "it is a satellite number, and these are off",
  unreadable: "it cannot be told from a premium-rate number, and these are off; write it in international form",
};

/**
 * The one check of everything that goes to the outside: originate, transfer, consult, conference, overflow, callback, forwarding and what phones dial.
 * Emergency numbers (112, 911, 999) need a prefix of the organization that allows them and nothing else: no agent's prefixes, no limit and no longest duration.
 */
export class Dialling implements DialPolicy {
  readonly #dependencies: DiallingDependencies;
  readonly #limits: OutsideLimits;

  constructor(dependencies: DiallingDependencies) {
    this.#dependencies = dependencies;
    this.#limits = new OutsideLimits(dependencies.live, dependencies.now ?? Date.now);
  }

  endpointFor(organization: Organization, number: PhoneNumber, dialler: Dialler = NOBODY): DialRoute {
    const rules = this.#dependencies.directory.organization(organization.id) ?? NO_RULES;
    const refuse = (error: CallplaneError, rule: DialRefusal): never => this.#refuse(organization, number, dialler, rule, error);
    const own = this.#dependencies.directory.ownNumbers(organization.id);
    const rule = this.#forbidden(organization, number, dialler, rules, countryOf(organization.callerId) ?? countryOf(own[0] ?? null));
    if (rule !== null) return refuse(new CallplaneError("NUMBER_NOT_ALLOWED", `The organization ${organization.name} may not dial ${number}: ${WHY[rule]}.`), rule);
    const route = { endpoint: endpoints.dialString(organization.dialString, number), callerId: callerIdOf(organization, own, dialler.preferredCallerId ?? null) };
    if (isEmergency(number)) return route;
    const requireRoom = (): void => {
      const full = this.#limits.full(organization.id, rules);
      if (full !== null) refuse(limitReached(organization, full), full.rule);
    };
    requireRoom();
    return {
      ...route,
      ...(rules.maxOutboundCallS === null ? {} : { variables: longestDuration(rules.maxOutboundCallS) }),
      ...(rules.maxOutboundCalls === null && rules.maxOutboundCallsPerMinute === null ? {} : { admit: (): DialPlace => {
        requireRoom();
        return this.#limits.take(organization.id);
      } }),
    };
  }

  #forbidden(organization: Organization, number: PhoneNumber, { agentId }: Dialler, { premiumAllowed }: DialRules, country: ReturnType<typeof countryOf>): keyof typeof WHY | null {
    if (!allowedBy(organization.allowedPrefixes, number)) return "prefix";
    const kind = kindOf(number, country);
    if (kind === "emergency") return null;
    const herOwn = agentId === null ? null : (this.#dependencies.directory.agentRecord(organization.id, agentId)?.allowedPrefixes ?? null);
    if (herOwn !== null && !allowedBy(herOwn, number)) return "agent-prefix";
    return premiumAllowed || kind === "ordinary" ? null : kind;
  }

  #refuse(organization: Organization, number: PhoneNumber, { name, agentId }: Dialler, rule: DialRefusal, error: CallplaneError): never {
    const { audit, metrics } = this.#dependencies;
    metrics.dialRefused(rule);
    audit.append({ at: new Date(), organizationId: organization.id, actor: name, action: "refused", target: number, detail: { operation: "dial", code: error.code, rule, agent: agentId } });
    throw error;
  }
}

const limitReached = ({ name }: Organization, { rule, limit, retryAfterS }: Full): CallplaneError =>
  new CallplaneError("DIAL_LIMIT", rule === "simultaneous" ? `The organization ${name} has its ${limit} calls to the outside at once.` : `The organization ${name} has begun its ${limit} calls to the outside in this minute.`, { retryAfterS });

/**
 * FreeSWITCH runs this in the leg's own thread as soon as it is answered (switch_channel.c, execute_on_answer), so the call ends in time with or without us;
 * its hangup cause is ALLOTTED_TIMEOUT.
 */
const longestDuration = (seconds: number): Readonly<Record<string, string>> => ({ execute_on_answer: `sched_hangup +${seconds} ALLOTTED_TIMEOUT` });

/** One of the organization's own, or none: what a caller or a request says is never shown to the outside. */
function callerIdOf({ callerId }: Organization, own: readonly string[], preferred: string | null): string | null {
  if (preferred !== null && (own.includes(preferred) || preferred === callerId)) return preferred;
  return callerId ?? own[0] ?? null;
}
