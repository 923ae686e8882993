/** The outcome of the call that is asked for, and its department's choices. */
import { computed, inject, onScopeDispose, shallowRef, triggerRef, watch, type ComputedRef } from "vue";
import type { CallLog } from "../../api/types.js";
import { useConsole, useMe } from "../../console.js";
import { DRAFTS } from "./drafts.js";
import type { Outcome, OutcomeState, OutcomeText } from "./outcome.js";
import type { Desk } from "./use-desk.js";

export interface OutcomeView {
  readonly callId: ComputedRef<string | null>;
  readonly text: ComputedRef<OutcomeText>;
  readonly state: ComputedRef<OutcomeState>;
  /** Empty: any word. */
  readonly choices: ComputedRef<readonly string[]>;
  readonly log: ComputedRef<CallLog | null>;
  readonly edit: (text: OutcomeText) => void;
  readonly flush: () => void;
}

export function useOutcome(desk: Desk): OutcomeView {
  const { live, session, clock } = useConsole();
  const me = useMe();
  const drafts = inject(DRAFTS);
  if (drafts === undefined) throw new Error("No drafts are provided.");
  const current = shallowRef<Outcome | null>(null);
  const log = shallowRef<CallLog | null>(null);
  const callId = desk.outcomeCall;

  watch(callId, async (id, before) => {
    if (before !== undefined && before !== null) void current.value?.flush();
    log.value = null;
    if (id === null) {
      current.value = null;
      return;
    }
    const { outcome } = drafts.of(id, () => ({ save: (text) => desk.api.close(id, text), told: () => triggerRef(current), now: () => clock.now.value }));
    current.value = outcome;
    // A record that is not there yet has nothing in it.
    const record = await desk.api.logOf(id).catch(() => null);
    if (record === null) return;
    outcome.loaded({ code: record.disposition ?? "", note: record.note ?? "" });
    if (callId.value === id) {
      log.value = record;
      triggerRef(current);
    }
  }, { immediate: true });

  watch([() => live.connection.value.kind, () => session.state.value.kind], ([connection, state]) => {
    if (connection === "live" && state === "in") void drafts.again();
  });
  const warn = (event: BeforeUnloadEvent): void => {
    if (!drafts.hasUnsaved) return;
    void drafts.flush();
    event.preventDefault();
  };
  addEventListener("beforeunload", warn);
  onScopeDispose(() => {
    removeEventListener("beforeunload", warn);
    if (session.state.value.kind === "out") drafts.clear();
    else void drafts.flush();
  });

  const department = computed(() => (callId.value === null ? null : (desk.known(callId.value)?.department ?? log.value?.department ?? null)));
  return {
    callId,
    text: computed(() => current.value?.text ?? { code: "", note: "" }),
    state: computed(() => current.value?.state ?? { kind: "clean" }),
    choices: computed(() => (department.value === null ? [] : (me.settings?.dispositions[department.value] ?? []))),
    log: computed(() => log.value),
    edit: (text) => {
      current.value?.edit(text);
      triggerRef(current);
    },
    flush: () => void current.value?.flush(),
  };
}
