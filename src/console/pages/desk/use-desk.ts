/** What the parts of the desk share: the agent, the own calls, the one in the middle, and what can be done with it. */
import { computed, inject, onScopeDispose, provide, ref, shallowRef, watch, type ComputedRef, type InjectionKey, type Ref, type ShallowRef } from "vue";
import type { Agent, Call, CallEnd } from "../../api/types.js";
import { useConsole, useMe } from "../../console.js";
import type { PagePhone } from "../../phone/types.js";
import { createRunner, type Runner } from "./acts.js";
import { useDeskPhone } from "./desk-phone.js";
import { deskApi, type DeskApi } from "./desk-api.js";
import { chosenAfter, currentOf, isConversation, myCalls, outcomeCallOf } from "./my-calls.js";
import type { Book } from "./parties.js";
import { actsOf, situationOf, type Act, type Situation } from "./situation.js";
import { useNames } from "./use-names.js";

/** A call that has just ended, or gone to somebody else, and stays in its place for a moment. */
export interface JustEnded {
  readonly call: Call;
  /** Null: it goes on without the agent. */
  readonly ended: CallEnd | null;
}

export type Panel = "transfer" | "add" | "keypad";

export interface Desk {
  readonly agentId: string;
  readonly api: DeskApi;
  readonly phone: PagePhone;
  readonly runner: Runner;
  readonly book: Readonly<ShallowRef<Book>>;
  readonly agent: Readonly<ShallowRef<Agent | null>>;
  readonly calls: Readonly<ShallowRef<readonly Call[]>>;
  readonly current: ComputedRef<Call | null>;
  readonly situation: ComputedRef<Situation | null>;
  readonly acts: ComputedRef<ReadonlySet<Act>>;
  readonly justEnded: Readonly<ShallowRef<JustEnded | null>>;
  /** The call whose outcome is asked. */
  readonly outcomeCall: ComputedRef<string | null>;
  /** What was known of a call when it was seen last. */
  readonly known: (callId: string) => Call | undefined;
  readonly panel: Ref<Panel | null>;
  /** Nothing can be done while the connection is lost. */
  readonly isLive: ComputedRef<boolean>;
  readonly select: (callId: string) => void;
  readonly isSelected: (callId: string) => boolean;
}

const DESK: InjectionKey<Desk> = Symbol("desk");
/** Acts that go to another call. */
const GOES: ReadonlySet<string> = new Set<Act>(["answer", "decline", "resume", "takeBack"]);
const ENDED_FOR_MS = 3000;
/** So many calls are remembered for their names. */
const KNOWN = 200;

export function provideDesk(): Desk {
  const { api: client, live, t } = useConsole();
  const agentId = useMe().agent ?? "";
  const api = deskApi(client);
  const phone = useDeskPhone();
  const book = useNames(api);
  /** Bounded by `KNOWN`. */
  const seen = new Map<string, Call>();
  const chosen = ref<string | null>(null);
  const justEnded = shallowRef<JustEnded | null>(null);
  const last = ref<string | null>(null);
  const panel = ref<Panel | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  onScopeDispose(() => clearTimeout(timer));

  const agent = live.slice(["agents"], ({ agents }) => agents.get(agentId) ?? null);
  let mine: readonly Call[] = [];
  const calls = live.slice(["calls"], (picture) => {
    // Of thousands of calls, hardly a change is about these.
    const next = myCalls(picture.calls.values(), agentId);
    if (next.length !== mine.length || next.some((call, index) => call !== mine[index])) mine = next;
    return mine;
  });
  const isLive = computed(() => live.connection.value.kind === "live");
  const current = computed(() => (justEnded.value === null ? currentOf(calls.value, agentId, chosen.value) : null));
  const situation = computed(() => (current.value === null ? null : situationOf(current.value, agentId)));
  const acts = computed<ReadonlySet<Act>>(() => (current.value === null || !isLive.value ? new Set() : actsOf(current.value, agentId)));
  const outcomeCall = computed(() => {
    const asked = current.value !== null && situation.value !== "ringing" && situation.value !== "dialling" ? current.value : null;
    return outcomeCallOf(asked, last.value, agent.value);
  });

  const talks = (call: Call): boolean => isConversation(situationOf(call, agentId));
  const runner = createRunner(t.common.unreachable);

  const remember = (list: readonly Call[]): void => {
    for (const call of list) {
      seen.delete(call.id);
      seen.set(call.id, call);
    }
    for (const id of seen.keys()) if (seen.size > KNOWN) seen.delete(id);
  };
  /** What the stream has told of calls that are gone from the next picture on. Bounded by the own calls. */
  const told = new Map<string, "ended" | "removed">();
  const leave = (call: Call, ended: CallEnd | null, wasCurrent: boolean): void => {
    if (chosen.value === call.id) chosen.value = null;
    // Picked up by a colleague, or its ringing stopped: it was never here.
    if (situationOf(call, agentId) === "ringing") return;
    last.value = call.id;
    // The middle is the other call's that the agent talks in.
    if (!wasCurrent || calls.value.some((other) => other.id !== call.id && talks(other))) return;
    justEnded.value = { call, ended };
    clearTimeout(timer);
    timer = setTimeout(() => (justEnded.value = null), ENDED_FOR_MS);
  };

  live.on((event) => {
    if (event.type === "call.removed" && calls.value.some(({ id }) => id === event.data.callId)) told.set(event.data.callId, "removed");
    if (event.type !== "call.ended") return;
    const { call, ended } = event.data;
    const before = calls.value.find(({ id }) => id === call.id);
    if (before === undefined || told.has(call.id)) return;
    told.set(call.id, "ended");
    leave(before, ended, current.value?.id === call.id);
  });
  watch(calls, (now, was) => {
    remember(now);
    for (const call of was) {
      if (now.some(({ id }) => id === call.id)) continue;
      const how = told.get(call.id);
      told.delete(call.id);
      if (how === "ended") continue;
      // Of one that was gone after a lost connection, nobody knows how it ended.
      leave(call, null, how === "removed" && currentOf(was, agentId, chosen.value)?.id === call.id);
    }
    chosen.value = chosenAfter(was, now, agentId, chosen.value);
    const begun = now.find((call) => talks(call) && !was.some((before) => before.id === call.id && talks(before)));
    if (begun !== undefined) {
      if (justEnded.value?.call.id !== begun.id) justEnded.value = null;
    } else if (justEnded.value !== null && now.some((call) => situationOf(call, agentId) === "ringing")) justEnded.value = null;
  });
  remember(calls.value);
  // Whoever looks for somebody is not torn from it: what rings meanwhile rings beside the call.
  watch(panel, (opened) => {
    if (opened !== null && current.value !== null) chosen.value = current.value.id;
  });
  // A panel is about the call that it was opened for, in a state in which it makes sense.
  watch([() => current.value?.id, acts], ([id], [before]) => {
    if (panel.value !== null && (id !== before || (isLive.value && !acts.value.has(panel.value)))) panel.value = null;
  });
  watch(() => current.value?.id, (id, before) => {
    // What was to change the middle has failed for another call than the one that it shows: that is told until it is closed.
    const refusal = runner.refusal.value;
    if (id !== before && refusal !== null && !GOES.has(refusal.of) && refusal.callId !== id && refusal.callId !== null) runner.dismiss();
  });

  const desk: Desk = {
    agentId, api, phone, runner, book, agent, calls, current, situation, acts, justEnded, outcomeCall, panel, isLive,
    known: (callId) => live.picture.calls.get(callId) ?? seen.get(callId),
    select: (callId) => {
      justEnded.value = null;
      chosen.value = callId;
    },
    isSelected: (callId) => current.value?.id === callId,
  };
  provide(DESK, desk);
  return desk;
}

/** Throws outside the desk. */
export function useDesk(): Desk {
  const desk = inject(DESK);
  if (desk === undefined) throw new Error("This component is not part of the desk.");
  return desk;
}
