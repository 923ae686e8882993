/** The agent's own calls of before: read once, and each new one when its record is complete. */
import { computed, onScopeDispose, shallowRef, watch, type ComputedRef, type ShallowRef } from "vue";
import type { Call, CallLog } from "../../api/types.js";
import { useConsole, useMe } from "../../console.js";
import { callersOf, figuresOf, midnightOf, recentOf, withOwnTalk, withRecord, type Figures, type Recent } from "./recent.js";
import { ownLegOf } from "./situation.js";
import type { Desk } from "./use-desk.js";

/** So many of the newest. */
const SHARED = 20;
/** More than a day of one agent. */
const READ = 200;
const SHOWN = 20;

export interface RecentCalls {
  readonly shown: ComputedRef<readonly Recent[]>;
  readonly figures: ComputedRef<Figures>;
  /** Names by number. */
  readonly callers: ComputedRef<ReadonlyMap<string, string>>;
  readonly midnight: ComputedRef<number>;
  readonly state: Readonly<ShallowRef<"loading" | "known" | "failed">>;
  readonly read: () => Promise<void>;
}

export function useRecent(desk: Desk): RecentCalls {
  const { live, clock } = useConsole();
  const { agent, extension } = useMe();
  const self = new Set([agent, extension].filter((key) => key !== null));
  const logs = shallowRef<readonly CallLog[]>([]);
  const state = shallowRef<"loading" | "known" | "failed">("loading");
  const midnight = computed(() => midnightOf(clock.now.value));

  const isShared = ({ id, agent: last, endedAt, startedAt }: CallLog): boolean => (last !== desk.agentId || endedAt === null) && !desk.calls.value.some((call) => call.id === id) && Date.parse(startedAt) >= midnight.value;
  let isOver = false;
  onScopeDispose(() => (isOver = true));
  /** Whole records that have come since the list was asked for, which may be older. Bounded by the calls of that time. */
  let fresh: CallLog[] = [];
  const read = async (): Promise<void> => {
    fresh = [];
    try {
      const read = await desk.api.recent(desk.agentId, READ);
      logs.value = fresh.reduce((known, log) => withRecord(known, log, READ), read);
      fresh = [];
      state.value = "known";
      // What the agent had of calls that went to others is in their whole records alone.
      for (const { id } of read.filter(isShared).slice(0, SHARED)) {
        // Whoever has left the page needs none of them.
        if (isOver) return;
        await refill(id);
      }
    } catch {
      state.value = "failed";
    }
  };
  const refill = async (id: string): Promise<void> => {
    const log = await desk.api.logOf(id).catch(() => null);
    if (log === null) return;
    const own = withOwnTalk(log, desk.agentId, clock.now.value);
    if (state.value !== "known") fresh.push(own);
    logs.value = withRecord(logs.value, own, READ);
  };
  live.on(({ type, data }) => {
    // A supervisor is told of everybody's calls.
    if (type === "calllog.completed" && desk.known(data.id) !== undefined) void refill(data.id);
  });
  // A call that goes on with somebody else is one of those that the agent has handled.
  watch(desk.calls, (now, was) => {
    for (const call of was) if (!now.some(({ id }) => id === call.id) && !live.picture.ended.has(call.id) && hadPart(call)) void refill(call.id);
  });
  /** The record of a call that only rang is not the agent's. */
  const hadPart = (call: Call): boolean => call.assignedTo === desk.agentId || (ownLegOf(call, desk.agentId)?.state ?? "ringing") !== "ringing";
  /** Those that the agent is not in any more. */
  const over = computed(() => logs.value.filter(({ id, endedAt }) => endedAt !== null || !desk.calls.value.some((call) => call.id === id)));
  void read();
  return {
    shown: computed(() => over.value.slice(0, SHOWN).map((log) => recentOf(log, self)).sort((a, b) => b.at - a.at)),
    callers: computed(() => callersOf(logs.value)),
    figures: computed(() => figuresOf(over.value, midnight.value)),
    midnight,
    state,
    read,
  };
}
