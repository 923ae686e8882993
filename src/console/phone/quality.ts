/** How good the voice is, from what the browser measures. */
import type { Grade, VoiceQuality } from "./types.js";

/** Counted since the call began. */
export interface VoiceCount {
  readonly rttMs: number | null;
  readonly jitterMs: number;
  readonly received: number;
  readonly lost: number;
  /** Of what this page sends, as the other side reports it. */
  readonly sentLossPct: number | null;
}

const number = (value: unknown): number | null => (typeof value === "number" && Number.isFinite(value) ? value : null);
const fieldOf = (stat: unknown, name: string): unknown => (typeof stat === "object" && stat !== null ? Reflect.get(stat, name) : undefined);

/** Reads RTCStatsReport's entries. Null: nothing has come yet. */
export function countOf(stats: Iterable<unknown>): VoiceCount | null {
  let [received, lost, jitterMs]: [number | null, number, number] = [null, 0, 0];
  let [rttMs, pathMs, sentLossPct]: [number | null, number | null, number | null] = [null, null, null];
  for (const stat of stats) {
    const type = fieldOf(stat, "type");
    if (type === "inbound-rtp" && fieldOf(stat, "kind") === "audio") {
      received = (received ?? 0) + (number(fieldOf(stat, "packetsReceived")) ?? 0);
      lost += number(fieldOf(stat, "packetsLost")) ?? 0;
      jitterMs = Math.max(jitterMs, (number(fieldOf(stat, "jitter")) ?? 0) * 1000);
    } else if (type === "remote-inbound-rtp") {
      rttMs = ms(number(fieldOf(stat, "roundTripTime"))) ?? rttMs;
      jitterMs = Math.max(jitterMs, (number(fieldOf(stat, "jitter")) ?? 0) * 1000);
      sentLossPct = percent(number(fieldOf(stat, "fractionLost"))) ?? sentLossPct;
    } else if (type === "candidate-pair" && fieldOf(stat, "nominated") === true) pathMs = ms(number(fieldOf(stat, "currentRoundTripTime"))) ?? pathMs;
  }
  return received === null ? null : { rttMs: rttMs ?? pathMs, jitterMs, received, lost, sentLossPct };
}

const ms = (seconds: number | null): number | null => (seconds === null ? null : seconds * 1000);
const percent = (fraction: number | null): number | null => (fraction === null ? null : fraction * 100);

/** Since the count before. Null: too little has come to judge by. */
export function qualityBetween(before: VoiceCount | null, now: VoiceCount): VoiceQuality | null {
  const received = now.received - (before?.received ?? 0);
  // Packets that come late take a loss back.
  const lost = Math.max(0, now.lost - (before?.lost ?? 0));
  if (received + lost < MIN_PACKETS) return null;
  const lossPct = Math.min(100, Math.max((lost / (received + lost)) * 100, now.sentLossPct ?? 0));
  const found = { rttMs: Math.round(now.rttMs ?? 0), jitterMs: Math.round(now.jitterMs), lossPct: Math.round(lossPct * 10) / 10 };
  return { ...found, grade: gradeOf(found) };
}

/** A second of voice, at 20 ms a packet. */
const MIN_PACKETS = 50;
/** Up to here: what a listener does not notice, and what tires (ITU-T G.114 for the delay, both ways). */
const LIMITS = { good: { rttMs: 300, jitterMs: 30, lossPct: 2 }, fair: { rttMs: 600, jitterMs: 60, lossPct: 5 } } as const;

export function gradeOf(found: Omit<VoiceQuality, "grade">): Grade {
  const within = ({ rttMs, jitterMs, lossPct }: Omit<VoiceQuality, "grade">): boolean => found.rttMs <= rttMs && found.jitterMs <= jitterMs && found.lossPct <= lossPct;
  return within(LIMITS.good) ? "good" : within(LIMITS.fair) ? "fair" : "poor";
}

/** The worst of several calls is what is shown. */
export function worstOf(all: readonly VoiceQuality[]): VoiceQuality | null {
  const order: readonly Grade[] = ["good", "fair", "poor"];
  return all.reduce<VoiceQuality | null>((worst, each) => (worst === null || order.indexOf(each.grade) > order.indexOf(worst.grade) ? each : worst), null);
}
