import type { AuditLog } from "../audit/index.js";
import type { Logger } from "../logger.js";
import type { Metrics } from "../metrics.js";
import type { RegistrationFailureEvent, SwitchSink } from "../freeswitch/index.js";
import { ExemptAddresses, ipAddress } from "./addresses.js";
import { BanHook } from "./ban-hook.js";
import type { RegistrationAttempt } from "./ports.js";
import { SlidingCounts } from "./sliding-counts.js";
import type { Directory } from "../people/index.js";

export interface GuardSettings {
  /** Null: nobody is banned. */
  readonly banCommand: string | null;
  /** So many failures of one address, or for one user, within the window are an attack. */
  readonly banAfter: number;
  readonly banWindowS: number;
  /** How long the ban command should ban. */
  readonly banS: number;
  /** Networks (CIDR) that are never banned, besides loopback. */
  readonly banExempt: readonly string[];
}

export interface GuardDependencies {
  readonly directory: Pick<Directory, "organizationByDomain">;
  readonly audit: AuditLog;
  readonly metrics: Pick<Metrics, "registrationFailed" | "banFinished">;
  readonly logger: Logger;
  readonly settings: GuardSettings;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

/** Users and addresses are what attackers write, so their number is bounded. */
const MAX_KEYS = 20_000;
/** How far failures of one key are counted. */
const MAX_COUNT = 256;
/** Of all keys together, 32 MB; with a large BAN_AFTER there are fewer keys. */
const MAX_TIMES = 4_000_000;
const MAX_TEXT = 64;

const shown = (text: string): string => text.replace(/[^\x20-\x7e]/g, "?").slice(0, MAX_TEXT);

/** Counts phones that FreeSWITCH refused (`sofia::register_failure`), by address and by user; notifies, audits and bans. */
export class RegistrationGuard {
  readonly #dependencies: GuardDependencies;
  readonly #now: () => number;
  readonly #exempt: ExemptAddresses;
  readonly #ban: BanHook | null;
  readonly #byAddress: SlidingCounts;
  readonly #byUser: SlidingCounts;
  /** Until when an attack by this address, or on this user, is not reported again, milliseconds. Bounded by `MAX_KEYS`. */
  readonly #reported = new Map<string, number>();
  /** Bounded by who is composed with it. */
  readonly #handlers = new Set<(attempt: RegistrationAttempt) => void>();

  constructor(dependencies: GuardDependencies) {
    const { settings, logger, metrics } = dependencies;
    this.#dependencies = dependencies;
    this.#now = dependencies.now ?? Date.now;
    this.#exempt = new ExemptAddresses(settings.banExempt);
    this.#ban = settings.banCommand === null ? null : new BanHook({ command: settings.banCommand, seconds: settings.banS, logger, finished: (outcome) => metrics.banFinished(outcome) });
    const maxCount = Math.max(MAX_COUNT, settings.banAfter);
    const counts = { windowMs: settings.banWindowS * 1000, maxKeys: Math.min(MAX_KEYS, Math.floor(MAX_TIMES / maxCount)), maxCount };
    this.#byAddress = new SlidingCounts(counts);
    this.#byUser = new SlidingCounts(counts);
  }

  /** What the nodes feed. */
  readonly sink: Pick<SwitchSink, "event"> = {
    event: (node, event) => {
      if (event.kind === "registration-failure") this.#failed(node, event);
    },
  };

  /** Called at the first failure of an address, then whenever their number has doubled, and at each attack. */
  onAttempt(handler: (attempt: RegistrationAttempt) => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  /** Idempotent. */
  close(): void {
    this.#handlers.clear();
    this.#ban?.close();
  }

  #failed(node: string, { user, domain, networkIp, userAgent, method }: RegistrationFailureEvent): void {
    const { directory, metrics, settings } = this.#dependencies;
    const now = this.#now();
    metrics.registrationFailed(node);
    const address = ipAddress(networkIp) ?? shown(networkIp);
    const whom = `${shown(user)}@${shown(domain)}`.toLowerCase();
    const failures = this.#byAddress.hit(address, now);
    const forUser = this.#byUser.hit(whom, now);
    const attacks = failures >= settings.banAfter && this.#isNews(`address ${address}`, now);
    const attacked = forUser >= settings.banAfter && this.#isNews(`user ${whom}`, now);
    const banned = attacks && this.#ban !== null && ipAddress(networkIp) !== null && !this.#exempt.has(address);
    const attempt: RegistrationAttempt = { node, organizationId: directory.organizationByDomain(domain)?.id ?? null, user: shown(user), domain: shown(domain), address, userAgent: shown(userAgent), method, failures, banned };
    if (attacks) this.#note(attempt, address, failures);
    if (attacked) this.#note(attempt, whom, forUser);
    if (banned) this.#ban?.ban(address);
    if (attacks || attacked || Number.isInteger(Math.log2(failures))) this.#tell(attempt);
  }

  /** One burst is reported once per window. */
  #isNews(key: string, now: number): boolean {
    if ((this.#reported.get(key) ?? 0) > now) return false;
    for (const [other, until] of this.#reported) {
      if (until > now && this.#reported.size < MAX_KEYS) break;
      this.#reported.delete(other);
    }
    this.#reported.delete(key);
    this.#reported.set(key, now + this.#dependencies.settings.banWindowS * 1000);
    return true;
  }

  #note({ organizationId, user, domain, address, userAgent, method, node, banned }: RegistrationAttempt, target: string, failures: number): void {
    const detail = { address, user, domain, userAgent, method, node, failures, banned };
    this.#dependencies.audit.append({ at: new Date(this.#now()), organizationId, actor: "system", action: "security.registration_attack", target, detail });
    this.#dependencies.logger.warn(detail, "somebody is guessing passwords of phones");
  }

  #tell(attempt: RegistrationAttempt): void {
    for (const handler of this.#handlers) handler(attempt);
  }
}
