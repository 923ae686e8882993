/** The agent's own calls of before: what the list says of each, and today's figures. */
import type { CallLog } from "../../api/types.js";

export type RecentKind = "in" | "out" | "missed";

/** What came of a call that nobody talked in. */
export type Fate = "missed" | "busy" | "noAnswer" | "failed" | "canceled";

export interface Recent {
  readonly id: string;
  readonly kind: RecentKind;
  readonly number: string;
  readonly department: string | null;
  readonly disposition: string | null;
  readonly fate: Fate | null;
  readonly at: number;
}

/** `self`: what the agent is called and dialled by. */
export function recentOf(log: CallLog, self: ReadonlySet<string>): Recent {
  const isOut = log.direction === "outbound" || (log.direction === "internal" && self.has(log.from));
  const fate = fateOf(log, isOut);
  return {
    id: log.id,
    kind: isOut ? "out" : fate === null ? "in" : "missed",
    number: isOut ? log.to : log.from,
    department: log.department,
    disposition: log.disposition,
    fate,
    at: Date.parse(log.answeredAt ?? log.startedAt),
  };
}

function fateOf(log: CallLog, isOut: boolean): Fate | null {
  if (log.answeredAt !== null && log.talkMs > 0) return null;
  if (!isOut) return "missed";
  if (log.status === "busy") return "busy";
  if (log.status === "no-answer") return "noAnswer";
  if (log.status === "canceled") return "canceled";
  return log.status === "failed" ? "failed" : log.answeredAt === null ? "noAnswer" : null;
}

/** Newest first, those that are over, each once. */
export function withRecord(logs: readonly CallLog[], log: CallLog, limit: number): readonly CallLog[] {
  return [log, ...logs.filter(({ id }) => id !== log.id)].sort((a, b) => b.startedAt.localeCompare(a.startedAt)).slice(0, limit);
}

export interface Figures {
  readonly handled: number;
  /** Milliseconds; null when there were none. */
  readonly averageTalkMs: number | null;
}

export function figuresOf(logs: readonly CallLog[], midnight: number): Figures {
  const handled = logs.filter(({ startedAt, talkMs }) => Date.parse(startedAt) >= midnight && talkMs > 0);
  const talked = handled.reduce((sum, { talkMs }) => sum + talkMs, 0);
  return { handled: handled.length, averageTalkMs: handled.length === 0 ? null : talked / handled.length };
}

export const midnightOf = (now: number): number => new Date(now).setHours(0, 0, 0, 0);

/** How a number is called back: a short one is a colleague's extension. */
export const targetOf = (number: string): { readonly type: "client" | "phonenumber"; readonly to: string } => ({ type: /^\d{1,6}$/.test(number) ? "client" : "phonenumber", to: number });

/** Whether anybody can be called there. */
export const isDiallable = (number: string): boolean => /^\+?\d{2,}$/.test(number);
