/** The agent's own calls of before: what the list says of each, and today's figures. */
import type { CallLog, CallLogDetail } from "../../api/types.js";

export type RecentKind = "in" | "out" | "missed";

/** What came of a call that nobody talked in. */
export type Fate = "missed" | "interrupted" | "busy" | "noAnswer" | "failed" | "canceled";

export interface Recent {
  readonly id: string;
  readonly kind: RecentKind;
  readonly number: string;
  /** The same for people. */
  readonly text: string;
  /** What the far end was called, as the record knows it; null: not known. */
  readonly name: string | null;
  /** It goes on without the agent. */
  readonly isPassedOn: boolean;
  /** The colleague who had it last; null: the agent had. */
  readonly last: string | null;
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
    kind: isOut ? "out" : fate === "missed" ? "missed" : "in",
    number: isOut ? log.to : log.from,
    text: isOut ? log.toText : log.fromText,
    name: isOut || log.fromName === null || log.fromName === log.from ? null : log.fromName,
    isPassedOn: log.endedAt === null,
    last: log.agent === null || self.has(log.agent) ? null : log.agent,
    department: log.department,
    disposition: log.disposition,
    fate,
    at: Date.parse(log.answeredAt ?? log.startedAt),
  };
}

function fateOf(log: CallLog, isOut: boolean): Fate | null {
  // Also where the talk was too short to count, or its length is not known yet.
  if (log.answeredAt !== null) return null;
  // Nobody missed what FreeSWITCH broke off.
  if (!isOut) return log.status === "failed" ? "interrupted" : "missed";
  if (log.status === "busy") return "busy";
  if (log.status === "no-answer") return "noAnswer";
  if (log.status === "canceled") return "canceled";
  return log.status === "failed" ? "failed" : "noAnswer";
}

/** Names that callers had, by number: for calls to the same numbers. The newest counts. */
export function callersOf(logs: readonly CallLog[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { direction, from, fromName } of logs) if (direction === "inbound" && fromName !== null && !names.has(from)) names.set(from, fromName);
  return names;
}

/** The agent's own part of a call that others had too, by the legs; a record's own figure is all of it, and comes at its end. */
export function withOwnTalk(log: CallLog & { readonly legs?: CallLogDetail["legs"] }, agentId: string, now: number): CallLog {
  if ((log.agent === agentId && log.endedAt !== null) || log.legs === undefined) return log;
  const own = log.legs.filter(({ role, agent }) => role === "agent" && agent === agentId);
  const talkMs = own.reduce((sum, { answeredAt, endedAt }) => sum + (answeredAt === null ? 0 : Math.max(0, (endedAt === null ? now : Date.parse(endedAt)) - Date.parse(answeredAt))), 0);
  return { ...log, talkMs };
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
