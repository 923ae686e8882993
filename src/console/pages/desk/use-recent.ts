/** The agent's own calls of before: read once, and each new one when its record is complete. */
import { computed, onMounted, shallowRef, type ComputedRef, type ShallowRef } from "vue";
import type { CallLog } from "../../api/types.js";
import { useConsole, useMe } from "../../console.js";
import { figuresOf, midnightOf, recentOf, withRecord, type Figures, type Recent } from "./recent.js";
import type { Desk } from "./use-desk.js";

/** More than a day of one agent. */
const READ = 200;
const SHOWN = 20;

export interface RecentCalls {
  readonly shown: ComputedRef<readonly Recent[]>;
  readonly figures: ComputedRef<Figures>;
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

  const read = async (): Promise<void> => {
    try {
      logs.value = await desk.api.recent(desk.agentId, READ);
      state.value = "known";
    } catch {
      state.value = "failed";
    }
  };
  const refill = async (id: string): Promise<void> => {
    const log = await desk.api.logOf(id).catch(() => null);
    if (log !== null) logs.value = withRecord(logs.value, log, READ);
  };
  live.on(({ type, data }) => {
    // A supervisor is told of everybody's calls.
    if (type === "calllog.completed" && desk.known(data.id) !== undefined) void refill(data.id);
  });
  onMounted(read);
  return {
    shown: computed(() => logs.value.filter(({ endedAt }) => endedAt !== null).slice(0, SHOWN).map((log) => recentOf(log, self)).sort((a, b) => b.at - a.at)),
    figures: computed(() => figuresOf(logs.value, midnight.value)),
    midnight,
    state,
    read,
  };
}
