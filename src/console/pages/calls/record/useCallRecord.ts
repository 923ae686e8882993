/** One call's record: asked for once, continued by the stream, and asked for again when the server says that it is complete. */
import { shallowRef, watch, type Ref, type ShallowRef } from "vue";
import { createLatest } from "../../../api/latest.js";
import { ApiProblem } from "../../../api/problem.js";
import type { CallLogDetail } from "../../../api/types.js";
import { useConsole } from "../../../console.js";
import { entryOfChange } from "./lanes.js";

export interface CallRecord {
  readonly log: Readonly<ShallowRef<CallLogDetail | null>>;
  readonly state: Readonly<ShallowRef<"loading" | "known" | "unknown" | "failed">>;
  readonly again: () => void;
}

export function useCallRecord(id: Readonly<Ref<string>>): CallRecord {
  const { api, live } = useConsole();
  const log = shallowRef<CallLogDetail | null>(null);
  const state = shallowRef<"loading" | "known" | "unknown" | "failed">("loading");
  let seen = { state: "", assignedTo: null as string | null };
  const latest = createLatest();

  async function load(): Promise<void> {
    const isLatest = latest();
    try {
      const { data } = await api.GET("/voiceconfig/calllogs/{id}", { params: { path: { id: id.value } } });
      if (!isLatest()) return;
      log.value = data ?? null;
      state.value = data === undefined ? "unknown" : "known";
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      // A call that has just begun is not in the log yet: its first change asks again.
      if (isLatest() && log.value === null) state.value = error.status === 404 || error.status === 403 ? "unknown" : "failed";
    }
  }
  watch(id, () => {
    log.value = null;
    state.value = "loading";
    const call = live.picture.calls.get(id.value);
    seen = { state: call?.state ?? "", assignedTo: call?.assignedTo ?? null };
    void load();
  }, { immediate: true });

  live.on((event) => {
    if (event.type === "calllog.completed") {
      if (event.data.id === id.value) void load();
      return;
    }
    if (!event.type.startsWith("call.") || !("call" in event.data) || event.data.call.id !== id.value) return;
    const { call } = event.data;
    const known = log.value;
    // Legs come and go with these: the record has them.
    const legs = known === null ? 0 : known.legs.filter(({ endedAt }) => endedAt === null).length;
    const isOther = event.type === "call.ended" || known === null || call.legs.length !== legs;
    const entry = seen.state === "" ? null : entryOfChange(seen, call, event.at);
    seen = { state: call.state, assignedTo: call.assignedTo };
    if (known !== null && entry !== null) log.value = { ...known, timeline: [...known.timeline, entry] };
    if (isOther) void load();
  });
  return { log, state, again: () => void load() };
}
