/** Puts FreeSWITCH's record of a channel into ours: into the call that it belongs to, or into one made from it alone. */
import type { Directory } from "../people/index.js";
import type { HungUpBy, LegRole } from "../calls/index.js";
import type { Cdr } from "./cdr.js";
import type { CallRecordWork, NumberReader } from "./ports.js";
import { finishRecord } from "./finish-record.js";
import type { CallLegRecord, CallRecord } from "./types.js";

export type CdrOutcome = "stored" | "known";

export interface CdrContext {
  readonly directory: Directory;
  /** The name under which events of this FreeSWITCH come; its own name when none is known. */
  readonly nodeOf: (cdr: Cdr) => string;
  readonly isLive: (callId: string) => boolean;
  readonly numbers: NumberReader;
}

/** Twice is once: a leg whose record has been read is left as it is. */
export async function storeCdr(tx: CallRecordWork, found: Cdr, context: CdrContext): Promise<CdrOutcome> {
  const existing = await tx.leg(found.coreUuid, found.channelUuid);
  if (existing?.source === "cdr") return "known";
  const cdr = withNumbers(found, identify(found, context.directory), context);
  const who = identify(cdr, context.directory);
  const callId = existing?.callId ?? (await tx.legsOfChannel(cdr.channelUuid))[0]?.callId ?? (await findCall(tx, cdr, who.organizationId));
  const known = isMistaken(existing, cdr, who) ? undefined : existing;
  const stored = await tx.record(callId);
  const before = stored?.hungUpBy === "customer" && known !== existing ? { ...stored, hungUpBy: null } : stored;
  await tx.saveRecord(before === undefined ? newRecord(callId, cdr, who, context.nodeOf(cdr)) : completed(before, cdr, who, { unseen: existing === undefined, alone: await knownByRecordsAlone(tx, callId) }));
  if (before === undefined) await tx.addTimeline({ callId, at: cdr.startedAt, type: "found", agentId: null, detail: { source: "cdr" } });
  await tx.saveLeg(legOf(callId, cdr, who, known, before?.node ?? context.nodeOf(cdr)));
  if (existing === undefined) await gather(tx, callId, cdr, who.organizationId, context);
  if (known !== existing || (cdr.state?.d === undefined && (await knownByRecordsAlone(tx, callId)))) await nameByLegs(tx, callId);
  if (!context.isLive(callId)) await finishRecord(tx, callId);
  return "stored";
}

/** The record with its numbers as the registry shows them: in E.164, and an agent's extension as it is. */
function withNumbers(cdr: Cdr, { organizationId }: Identity, { directory, numbers }: CdrContext): Cdr {
  const shown = (written: string): string => {
    if (organizationId === null || directory.agentByExtension(organizationId, written) !== undefined) return written;
    return numbers.read(organizationId, written) ?? written;
  };
  return { ...cdr, callerNumber: shown(cdr.callerNumber), destination: shown(cdr.destination) };
}

/** An agent's call that ended so soon after a restart of Callplane that FreeSWITCH was not asked in time whose it was: it was taken for a customer's. */
const isMistaken = (leg: CallLegRecord | undefined, { direction }: Cdr, who: Identity): boolean => leg?.role === "customer" && leg.agentId === null && direction === "inbound" && who.role === "agent";

/** No event has shown it. */
const knownByRecordsAlone = async (tx: CallRecordWork, callId: string): Promise<boolean> => (await tx.timeline(callId)).every(({ type }) => type === "found" || type === "ended");

/** Direction and owner as the registry gives them: of a call that an agent began, whichever leg's record has come first. */
async function nameByLegs(tx: CallRecordWork, callId: string): Promise<void> {
  const record = await tx.record(callId);
  const parties = (await tx.legs(callId)).filter(({ role, source }) => role !== "supervisor" && source !== "unmade");
  const first = parties.find(({ channelUuid, direction }) => channelUuid === callId && direction === "inbound");
  if (record === undefined || first === undefined || first.role === "customer") return;
  const other = parties.find((leg) => leg !== first);
  await tx.saveRecord({ ...record, direction: other === undefined || other.role === "customer" ? "outbound" : "internal", from: first.number || record.from, agentId: first.agentId ?? record.agentId });
}

interface Identity {
  readonly organizationId: number | null;
  readonly agentId: string | null;
  readonly role: LegRole;
  readonly number: string;
}

/** As the registry does it (CONTRACT: "A channel's organization is found in this order"), and with the same distrust of what anybody could write. */
function identify(cdr: Cdr, directory: Directory): Identity {
  const [user = "", presenceDomain = ""] = cdr.presenceId.split("@");
  const own = presenceDomain === "" ? undefined : directory.organizationByDomain(presenceDomain);
  const claimed = cdr.state?.o === undefined ? undefined : directory.organization(cdr.state.o);
  const named = cdr.organization === "" ? undefined : directory.organizationByName(cdr.organization);
  const proven = named ?? own ?? (cdr.domain === "" ? undefined : directory.organizationByDomain(cdr.domain));
  const organization = claimed !== undefined && (proven === undefined || proven.id === claimed.id) ? claimed : proven;
  const phone = own !== undefined && own.id === organization?.id && user !== "";
  const agentId = phone ? (directory.agentByExtension(own.id, user)?.agentId ?? null) : null;
  const role: LegRole = cdr.state?.r ?? (phone ? (agentId === null ? "other" : "agent") : "customer");
  const watcher = cdr.state?.w?.a ?? null;
  const number = phone ? user : cdr.direction === "inbound" ? cdr.callerNumber : cdr.destination;
  return { organizationId: organization?.id ?? null, agentId: role === "supervisor" ? (watcher ?? agentId) : agentId, role, number };
}

const sameTenant = (one: number | null, other: number | null): boolean => one === null || other === null || one === other;

/** By our own state on the channel, by the legs that it had to do with; else it is a call of its own. */
async function findCall(tx: CallRecordWork, cdr: Cdr, organizationId: number | null): Promise<string> {
  const joinable = async (id: string): Promise<boolean> => {
    const record = await tx.record(id);
    return record !== undefined && sameTenant(record.organizationId, organizationId);
  };
  const claimed = cdr.state?.c;
  if (claimed !== undefined && (await joinable(claimed))) return claimed;
  for (const uuid of [cdr.channelUuid, ...cdr.related]) {
    const callId = (await tx.legsOfChannel(uuid))[0]?.callId ?? uuid;
    if (await joinable(callId)) return callId;
  }
  const wanted = claimed ?? (cdr.originator || cdr.channelUuid);
  // Another organization's call of that id exists: it is not joined, and this one is still not lost.
  return (await tx.record(wanted)) === undefined ? wanted : cdr.channelUuid;
}

/** Legs of this call that were stored before their call was known. Calls known from events are not regrouped. */
async function gather(tx: CallRecordWork, callId: string, cdr: Cdr, organizationId: number | null, context: CdrContext): Promise<void> {
  const related = [cdr.channelUuid, cdr.state?.c ?? "", ...(cdr.originator === "" ? cdr.related : [cdr.originator])].filter((uuid) => uuid !== "");
  for (const uuid of related) {
    for (const other of new Set([uuid, ...(await tx.legsOfChannel(uuid)).map((leg) => leg.callId)])) {
      const record = other === callId ? undefined : await tx.record(other);
      if (record === undefined || context.isLive(other) || !sameTenant(record.organizationId, organizationId)) continue;
      if (!(await knownByRecordsAlone(tx, other))) continue;
      await tx.moveCall(other, callId);
    }
  }
}

function newRecord(id: string, cdr: Cdr, who: Identity, node: string): CallRecord {
  const first = cdr.originator === "" && who.role !== "supervisor";
  const inside = who.role === "agent" || who.role === "other";
  const begun = first ? { from: who.number, to: cdr.destination } : { from: "", to: "" };
  return {
    id,
    organizationId: who.organizationId,
    direction: cdr.state?.d ?? (first && inside ? "outbound" : "inbound"),
    from: cdr.state?.f ?? begun.from,
    fromName: cdr.state?.N ?? (first ? cdr.callerName : null),
    to: cdr.state?.u ?? begun.to,
    department: cdr.state?.q ?? cdr.state?.e ?? (cdr.queue === "" ? null : cdr.queue),
    agentId: cdr.state?.a ?? (who.role === "agent" ? who.agentId : null),
    status: "initiated",
    startedAt: cdr.startedAt,
    answeredAt: null,
    endedAt: null,
    waitMs: 0,
    talkMs: 0,
    holdMs: 0,
    hangupCause: null,
    hungUpBy: hungUpBy(cdr, who, null),
    disposition: null,
    note: null,
    attributes: cdr.attributes,
    queueOutcome: null,
    node,
    complete: false,
  };
}

/** `unseen`: no event has shown the leg; `alone`: nor the call. */
function completed(before: CallRecord, cdr: Cdr, who: Identity, { unseen, alone }: { readonly unseen: boolean; readonly alone: boolean }): CallRecord {
  const found = newRecord(before.id, cdr, who, before.node);
  return {
    ...before,
    organizationId: before.organizationId ?? found.organizationId,
    from: before.from || found.from,
    fromName: before.fromName ?? found.fromName,
    to: before.to || found.to,
    department: before.department ?? found.department,
    // What was taken away while the call was followed still stands on a leg that had ended before.
    attributes: alone ? { ...found.attributes, ...before.attributes } : before.attributes,
    agentId: before.agentId ?? (unseen && who.role === "supervisor" ? null : found.agentId),
    hungUpBy: hungUpBy(cdr, who, before.hungUpBy),
  };
}

/** sofia.c: `recv_bye`, `recv_cancel`, `recv_refuse` when the far end did it. The customer's own word is the last. */
function hungUpBy(cdr: Cdr, who: Identity, before: HungUpBy | null): HungUpBy | null {
  if (before === "agent" || !cdr.hangupDisposition.startsWith("recv_") || who.role === "supervisor") return before;
  return who.role === "customer" ? "customer" : (before ?? "agent");
}

function legOf(callId: string, cdr: Cdr, who: Identity, existing: CallLegRecord | undefined, node: string): CallLegRecord {
  return {
    coreUuid: cdr.coreUuid,
    channelUuid: cdr.channelUuid,
    callId,
    node: existing?.node ?? node,
    role: existing?.role ?? who.role,
    direction: cdr.direction,
    agentId: existing === undefined ? who.agentId : existing.agentId,
    number: existing?.number || who.number,
    name: existing?.name ?? cdr.callerName,
    startedAt: cdr.startedAt,
    answeredAt: cdr.answeredAt,
    endedAt: cdr.endedAt,
    hangupCause: cdr.hangupCause,
    sipCallId: cdr.sipCallId ?? existing?.sipCallId ?? null,
    ring: existing?.ring ?? cdr.state?.ring ?? null,
    source: "cdr",
  };
}
