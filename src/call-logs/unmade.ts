/** Calls that a program or its server has asked for, and for which FreeSWITCH has not made a leg: no such gateway, no phone, no node, not allowed. No event and no record of FreeSWITCH's tells of them. */
import type { Directory } from "../people/index.js";
import { unansweredStatus, type UnansweredStatus } from "../freeswitch/index.js";
import type { UnmadeCall } from "../twiml/index.js";
import { finishRecord } from "./finish-record.js";
import type { CallRecordWork, NumberReader } from "./ports.js";
import type { CallLegRecord } from "./types.js";

/** Of a leg that FreeSWITCH has not made: it has no core, and no node. */
const UNMADE = { coreUuid: "", node: "none", source: "unmade" } as const;

/** What stands for a status where FreeSWITCH has said no cause. */
const CAUSES: Readonly<Record<UnansweredStatus, string>> = { busy: "USER_BUSY", "no-answer": "NO_ANSWER", canceled: "ORIGINATOR_CANCEL", failed: "NORMAL_TEMPORARY_FAILURE" };

/** A call of which a leg is known has been made, and is left as it is. */
export async function saveUnmade(tx: CallRecordWork, call: UnmadeCall, context: { readonly directory: Pick<Directory, "agent" | "agentByExtension">; readonly numbers: NumberReader }): Promise<void> {
  const { uuid, parent, organizationId, from, status, cause, startedAt, endedAt } = call;
  if ((await tx.record(uuid)) !== undefined || (await tx.legs(uuid)).length > 0 || (await tx.legsOfChannel(uuid)).length > 0 || (await tx.legsOfRing(uuid)).length > 0) return;
  const party = partyOf(call, context);
  const hangupCause = cause !== null && unansweredStatus(cause) === status ? cause : CAUSES[status];
  const leg = { ...UNMADE, channelUuid: uuid, direction: "outbound", role: party.role, agentId: party.agentId, number: party.number, name: null, startedAt, answeredAt: null, endedAt, hangupCause, sipCallId: null, ring: uuid } as const;
  if (parent !== null) {
    const callId = await callOf(tx, parent, organizationId);
    if (callId !== null) await tx.saveLeg({ ...leg, callId });
    return;
  }
  await tx.saveRecord({
    id: uuid, organizationId, direction: party.isInside ? "internal" : "outbound", from, fromName: null, to: party.number, department: null, agentId: party.agentId, status, startedAt, answeredAt: null, endedAt,
    waitMs: 0, talkMs: 0, holdMs: 0, hangupCause, hungUpBy: "system", disposition: null, note: null, attributes: {}, queueOutcome: "none", node: UNMADE.node, complete: true,
  });
  await tx.saveLeg({ ...leg, callId: uuid });
  await finishRecord(tx, uuid);
}

/** The organization's call that this leg is of; null: there is none, or it has been removed. Of several phones that rang, each has a leg, and their ringing the name that is given. */
async function callOf(tx: CallRecordWork, leg: string, organizationId: number): Promise<string | null> {
  const known = [...(await tx.legsOfChannel(leg)), ...(await tx.legsOfRing(leg))].map(({ callId }) => callId);
  for (const id of [...known, leg]) if ((await tx.record(id))?.organizationId === organizationId) return id;
  return null;
}

/** As the registry shows whom a call goes to. */
function partyOf({ organizationId, to }: UnmadeCall, { directory, numbers }: Parameters<typeof saveUnmade>[2]): Pick<CallLegRecord, "role" | "agentId" | "number"> & { readonly isInside: boolean } {
  const client = /^client:(.*)$/s.exec(to)?.[1];
  if (client === undefined) return { role: "other", agentId: null, number: numbers.read(organizationId, to) ?? to, isInside: false };
  const agent = directory.agent(organizationId, client) ?? directory.agentByExtension(organizationId, client);
  return { role: agent === undefined ? "other" : "agent", agentId: agent?.agentId ?? null, number: agent?.extension ?? client, isInside: true };
}
