/** The end of legs that ended while nobody looked. */
import type { CallRecordStore, CallRecordWork, SwitchLives } from "./ports.js";
import { finishRecord, writeEnd } from "./finish-record.js";
import { inSlices } from "./slices.js";
import type { CallLegRecord, SwitchLife } from "./types.js";

/** `node_lost`: with its FreeSWITCH, which was last heard of at `seenAt`; `events`: no record of FreeSWITCH's will come. */
export async function endLeg(tx: CallRecordWork, leg: CallLegRecord, source: "node_lost" | "events", seenAt: Date | null): Promise<void> {
  const known = [leg.startedAt, leg.answeredAt, source === "node_lost" ? seenAt : null, ...(await tx.timeline(leg.callId)).map(({ at }) => at)];
  const endedAt = new Date(Math.max(...known.flatMap((at) => (at === null ? [] : [at.getTime()]))));
  await tx.saveLeg({ ...leg, endedAt, source });
}

/**
 * When each FreeSWITCH of these legs was last heard of, by core uuid. Its heartbeats are written as they come, and its events are not; but what they told of any of the calls
 * that ended with it is stored, and may be later.
 */
export async function lastSigns(store: Pick<CallRecordStore, "read">, legs: readonly CallLegRecord[], lives: ReadonlyMap<string, Pick<SwitchLife, "seenAt">>): Promise<ReadonlyMap<string, Date>> {
  /** Bounded by the lives of FreeSWITCH that the legs are of. */
  const signs = new Map([...lives].map(([coreUuid, { seenAt }]) => [coreUuid, seenAt]));
  const note = (coreUuid: string, at: Date): void => {
    const before = signs.get(coreUuid);
    if (before === undefined || before < at) signs.set(coreUuid, at);
  };
  for (const { coreUuid, callId, startedAt, answeredAt } of legs) {
    const timeline = await store.read((view) => view.timeline(callId));
    for (const at of [startedAt, answeredAt, ...timeline.map((entry) => entry.at)]) if (at !== null) note(coreUuid, at);
  }
  return signs;
}

/** What is open, by node. */
export async function openByNode(store: CallRecordStore): Promise<ReadonlyMap<string, number>> {
  const [records, legs] = await Promise.all([store.open(), store.openLegs()]);
  const calls = new Map<string, Set<string>>();
  for (const [node, callId] of [...records.map(({ node, id }) => [node, id] as const), ...legs.map(({ node, callId }) => [node, callId] as const)]) {
    const known = calls.get(node) ?? new Set<string>();
    calls.set(node, known.add(callId));
  }
  return new Map([...calls].map(([node, ids]) => [node, ids.size]));
}

/** Closes what is open of a node that no Callplane follows any more. Gives how many calls that were. */
export async function closeOpen({ callRecords: store, switchLives }: { readonly callRecords: CallRecordStore; readonly switchLives: SwitchLives }, node: string): Promise<number> {
  const legs = await store.openLegs(node);
  const signs = await lastSigns(store, legs, new Map((await switchLives.list()).map((life) => [life.coreUuid, life])));
  const calls = new Set([...legs.map(({ callId }) => callId), ...(await store.open(node)).map(({ id }) => id)]);
  await inSlices(store, legs, (tx, leg) => endLeg(tx, leg, "node_lost", signs.get(leg.coreUuid) ?? null));
  await inSlices(store, [...calls], (tx, id) => closeRecord(tx, id));
  return calls.size;
}

/** A record without any leg ends where its timeline does. */
async function closeRecord(tx: CallRecordWork, id: string): Promise<void> {
  const record = await tx.record(id);
  if (record === undefined || (await finishRecord(tx, id)) || (await tx.legs(id)).some((leg) => leg.role !== "supervisor" && leg.endedAt === null)) return;
  const timeline = await tx.timeline(id);
  const endedAt = new Date(Math.max(record.startedAt.getTime(), ...timeline.map(({ at }) => at.getTime())));
  await writeEnd(tx, { ...record, endedAt, status: record.answeredAt === null ? "failed" : "completed", hungUpBy: "system" }, timeline, { lost: true });
}
