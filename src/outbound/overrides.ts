/** What a URL's own fragment says about its request: Twilio's connection overrides (twilio.com/docs/usage/webhooks/webhooks-connection-overrides). */
import type { OutboundError } from "./errors.js";
import type { OutboundLimits } from "./types.js";

/** Connection, answer's time, and the two classes of statuses. */
export type RetryPolicy = "ct" | "rt" | "4xx" | "5xx";

export interface Overrides {
  readonly limits: Partial<OutboundLimits>;
  /** Failures after which the request is made again, `connectAttempts` times in all. */
  readonly retried: ReadonlySet<RetryPolicy>;
  /** Whether the URL itself says how long everything may take. */
  readonly ownTotal: boolean;
}

const POLICIES = ["ct", "rt", "4xx", "5xx"] as const satisfies readonly RetryPolicy[];
const isPolicy = (text: string): text is RetryPolicy => POLICIES.some((policy) => policy === text);

/** A number within its limits; null: it is none, or outside of them, and the default holds. */
function number(value: string | null, minimum: number, maximum: number): number | null {
  if (value === null || !/^\d{1,6}$/.test(value)) return null;
  const read = Number(value);
  return read >= minimum && read <= maximum ? read : null;
}

/** Reads a fragment such as `#ct=2000&rt=5000&tt=12000&rc=3&rp=ct,5xx`. What is malformed, and what is no override, is ignored. */
export function overridesOf(fragment: string): Overrides {
  const pairs = new URLSearchParams(fragment.replace(/^#/, ""));
  const connectMs = number(pairs.get("ct"), 100, 10_000);
  const readMs = number(pairs.get("rt"), 100, 15_000);
  const totalMs = number(pairs.get("tt"), 100, 15_000);
  const retries = number(pairs.get("rc"), 0, 5);
  const policy = (pairs.get("rp") ?? "").split(",").map((word) => word.trim().toLowerCase());
  const named = policy.includes("all") ? POLICIES : policy.filter(isPolicy);
  return {
    limits: {
      ...(connectMs === null ? {} : { connectMs }),
      ...(readMs === null ? {} : { readMs }),
      ...(totalMs === null ? {} : { totalMs }),
      ...(retries === null ? {} : { connectAttempts: retries + 1 }),
    },
    retried: new Set(named.length === 0 ? ["ct"] : named),
    ownTotal: totalMs !== null,
  };
}

/** Under which policy a failure is retried; null: under none. */
export function policyOf({ failure }: OutboundError): "ct" | "rt" | null {
  if (failure === "connect") return "ct";
  return failure === "time" ? "rt" : null;
}
