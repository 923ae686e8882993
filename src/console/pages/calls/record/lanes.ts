/** The parties of a call as lanes over time, from its record. */
import type { CallLogDetail } from "../../../api/types.js";

export type SegmentKind = "ringing" | "waiting" | "menu" | "talk" | "hold" | "park" | "consult" | "supervision";

export interface Segment {
  readonly kind: SegmentKind;
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
}

export interface Lane {
  readonly role: "caller" | "agent" | "supervisor" | "other";
  /** The agent's id, or the number as people write it. */
  readonly who: string;
  readonly segments: readonly Segment[];
}

export type TimelineEntry = CallLogDetail["timeline"][number];
type Leg = CallLogDetail["legs"][number];
type Source = Pick<CallLogDetail, "from" | "startedAt" | "endedAt" | "legs" | "timeline">;

interface Phase extends Segment {
  readonly owner: string | null;
}

const PHASES: Readonly<Record<string, SegmentKind>> = { queued: "waiting", answered: "talk", resumed: "talk", held: "hold", parked: "park", scripted: "menu" };
const CONSULT_ENDS: ReadonlySet<string> = new Set(["consult-canceled", "transferred", "conferenced", "ended", "hung-up"]);

const ordered = (timeline: readonly TimelineEntry[]): readonly (TimelineEntry & { readonly ms: number })[] => timeline.map((entry) => ({ ...entry, ms: Date.parse(entry.at) })).sort((a, b) => a.ms - b.ms);

/** What the caller went through, without gaps. */
function phasesOf({ timeline, startedAt }: Source, end: number): readonly Phase[] {
  /** Bounded by the timeline. */
  const phases: Phase[] = [];
  let now: { kind: SegmentKind; from: number; owner: string | null } = { kind: "ringing", from: Date.parse(startedAt), owner: null };
  const close = (to: number): void => {
    if (to > now.from) phases.push({ ...now, to });
  };
  for (const { type, agent, ms } of ordered(timeline)) {
    const kind = PHASES[type];
    if (kind === undefined) continue;
    const owner = kind === "talk" || kind === "hold" || kind === "park" ? (agent ?? now.owner) : null;
    if (kind === now.kind && owner === now.owner) continue;
    close(ms);
    now = { kind, from: ms, owner };
  }
  close(end);
  return phases;
}

/** When which agent asked somebody else, while the caller was on hold. */
function consultsOf({ timeline }: Source, end: number): readonly Phase[] {
  const consults: Phase[] = [];
  let from: { ms: number; owner: string | null } | null = null;
  for (const { type, agent, ms } of ordered(timeline)) {
    if (type === "consulted") from = { ms, owner: agent };
    else if (from !== null && CONSULT_ENDS.has(type)) {
      consults.push({ kind: "consult", from: from.ms, to: ms, owner: from.owner });
      from = null;
    }
  }
  if (from !== null) consults.push({ kind: "consult", from: from.ms, to: end, owner: from.owner });
  return consults;
}

/** Later ones cover earlier ones: what is underneath is cut. */
export function covered(segments: readonly Segment[]): readonly Segment[] {
  let drawn: Segment[] = [];
  for (const over of segments) {
    if (over.to <= over.from) continue;
    drawn = drawn.flatMap((under) => {
      if (under.to <= over.from || under.from >= over.to) return [under];
      const parts: Segment[] = [];
      if (under.from < over.from) parts.push({ ...under, to: over.from });
      if (under.to > over.to) parts.push({ ...under, from: over.to });
      return parts;
    });
    drawn.push(over);
  }
  return drawn.sort((a, b) => a.from - b.from);
}

const ms = (text: string | null): number | null => (text === null ? null : Date.parse(text));

/** `now`: until when a call that goes on is drawn. The caller comes first, then the others in the order in which they came. */
export function lanesOf(source: Source, now: number): readonly Lane[] {
  const end = ms(source.endedAt) ?? now;
  const phases = phasesOf(source, end);
  const consults = consultsOf(source, end);
  const caller = source.legs.find(({ role }) => role === "customer");
  const lanes: Lane[] = [{ role: "caller", who: caller?.numberText ?? source.from, segments: covered(phases) }];
  const others = new Map<string, Leg[]>();
  for (const leg of source.legs) {
    if (leg === caller) continue;
    const key = `${leg.role === "supervisor" ? "supervisor" : ""}:${leg.agent ?? leg.number}`;
    others.set(key, [...(others.get(key) ?? []), leg]);
  }
  for (const legs of others.values()) {
    const [first] = [...legs].sort((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt));
    if (first === undefined) continue;
    const segments = legs.flatMap((leg) => legSegments(leg, phases, consults, end));
    lanes.push({ role: first.role === "supervisor" ? "supervisor" : first.agent === null ? "other" : "agent", who: first.agent ?? first.numberText, segments: covered(segments) });
  }
  return lanes;
}

function legSegments(leg: Leg, phases: readonly Phase[], consults: readonly Phase[], end: number): readonly Segment[] {
  const started = Date.parse(leg.startedAt);
  const answered = ms(leg.answeredAt);
  const ended = ms(leg.endedAt) ?? end;
  const rings: Segment[] = [{ kind: "ringing", from: started, to: answered ?? ended }];
  if (answered === null) return rings;
  if (leg.role === "supervisor") return [...rings, { kind: "supervision", from: answered, to: ended }];
  const within = ({ kind, from, to }: Segment): Segment => ({ kind, from: Math.max(from, answered), to: Math.min(to, ended) });
  const own = phases.filter(({ owner, kind }) => owner !== null && owner === leg.agent && kind !== "park").map(within);
  // Who does not own the call while connected is asked about it, unless nobody owns it at all.
  const isAsked = consults.some(({ from, to, owner }) => owner !== leg.agent && started >= from - 1000 && started <= to);
  const rest: Segment = { kind: isAsked ? "consult" : "talk", from: answered, to: ended };
  const asks = consults.filter(({ owner }) => owner !== null && owner === leg.agent).map(within);
  return [...rings, rest, ...own, ...asks];
}

/** The entry that the stream's change stands for; null: the timeline has no such entry. */
export function entryOfChange(before: { readonly state: string; readonly assignedTo: string | null }, call: { readonly state: string; readonly assignedTo: string | null; readonly department: string | null }, at: string): TimelineEntry | null {
  const entry = (type: TimelineEntry["type"], agent: string | null): TimelineEntry => ({ at, type, agent, detail: {} });
  const isSameOwner = before.assignedTo === call.assignedTo;
  if (before.state === call.state && isSameOwner) return null;
  if (call.state === "active") return entry((before.state === "held" || before.state === "parked") && isSameOwner ? "resumed" : "answered", call.assignedTo);
  if (call.state === "held" || call.state === "parked") return entry(call.state, call.assignedTo ?? before.assignedTo);
  if (call.state === "queued") return { at, type: "queued", agent: null, detail: { department: call.department } };
  return call.state === "scripted" ? entry("scripted", null) : null;
}
