/** The supervision of this page's person: what the stream says of it, and what has been asked for meanwhile. */
import { shallowRef, type ShallowRef } from "vue";
import { ApiProblem } from "../api/problem.js";
import type { Call, EventOf, LiveEvent, Mode } from "../api/types.js";
import type { LiveStore } from "../live/store.js";
import { agentOf } from "../pages/calls/party.js";

type Mine = Call["supervision"][number];
type EndReason = NonNullable<EventOf<"call.supervision.ended">["data"]["reason"]>;

export interface Supervised {
  readonly call: Call;
  readonly mine: Mine;
}

/** Not proved by an event yet. `muted` alone: the mode stays. */
export interface Asked {
  readonly callId: string;
  readonly mode: Mode | "off" | null;
  readonly muted: boolean | null;
}

/** What the person must be told, until it is closed. */
export type Notice =
  | { readonly kind: "ended"; readonly reason: EndReason }
  | { readonly kind: "moved"; readonly to: string }
  /** Null: the server was not reached. */
  | { readonly kind: "refused"; readonly message: string | null };

export interface SuperviseBody {
  readonly mode?: Mode | "off";
  readonly muted?: boolean;
}

export interface Supervision {
  readonly current: Readonly<ShallowRef<Supervised | null>>;
  readonly asked: Readonly<ShallowRef<Asked | null>>;
  readonly notice: Readonly<ShallowRef<Notice | null>>;
  /** Begins on a call, or changes the mode there. Does not throw: a refusal is a notice. */
  supervise(callId: string, mode: Mode): Promise<void>;
  mute(muted: boolean): Promise<void>;
  leave(): Promise<void>;
  dismiss(): void;
}

export interface SupervisionPorts {
  /** The person's agent id. */
  readonly me: string;
  readonly live: Pick<LiveStore, "picture" | "on">;
  /** Throws ApiProblem. */
  readonly post: (callId: string, body: SuperviseBody) => Promise<unknown>;
}

export function createSupervision({ me, live, post }: SupervisionPorts): Supervision {
  const current = shallowRef<Supervised | null>(null);
  const asked = shallowRef<Asked | null>(null);
  const notice = shallowRef<Notice | null>(null);

  const see = (call: Call): void => {
    const before = current.value;
    const mine = call.supervision.find(({ agent }) => agent === me);
    if (mine !== undefined) {
      current.value = { call, mine };
      if (before?.call.id === call.id) tellMoved(before.call, call);
      else notice.value = null;
      if (isProved(asked.value, call.id, mine)) asked.value = null;
    } else if (before?.call.id === call.id) gone();
  };
  const tellMoved = (before: Call, call: Call): void => {
    const [from, to] = [agentOf(before), agentOf(call)];
    if (to !== null && from !== null && from !== to) notice.value = { kind: "moved", to };
  };
  const gone = (): void => {
    current.value = null;
    if (asked.value?.mode === "off" || asked.value?.mode === null) asked.value = null;
  };
  /** A stream that begins anew tells no end of what ended meanwhile. */
  const seeAll = (): void => {
    const before = current.value;
    current.value = null;
    for (const call of live.picture.calls.values()) if (call.supervision.some(({ agent }) => agent === me)) see(call);
    if (before !== null && current.value === null) notice.value = { kind: "ended", reason: "failed" };
    if (current.value === null && asked.value?.mode === "off") asked.value = null;
  };
  const on = (event: LiveEvent): void => {
    if (event.type === "snapshot") {
      if (event.data.last) seeAll();
      return;
    }
    if (event.type === "call.ended" || event.type === "call.removed") {
      const id = event.type === "call.ended" ? event.data.call.id : event.data.callId;
      if (current.value?.call.id === id) {
        gone();
        notice.value = { kind: "ended", reason: "call_ended" };
      }
      if (asked.value?.callId === id) asked.value = null;
      return;
    }
    if (!event.type.startsWith("call.") || !("call" in event.data)) return;
    // One who leaves by the own wish knows it.
    const left = asked.value?.mode === "off";
    see(event.data.call);
    if (event.type === "call.supervision.ended" && event.data.agent === me && current.value?.call.id !== event.data.call.id) {
      const reason = event.data.reason ?? "failed";
      if (!left && reason !== "asked" && current.value === null) notice.value = { kind: "ended", reason };
    }
  };
  live.on(on);
  seeAll();

  const ask = async (wanted: Asked, body: SuperviseBody): Promise<void> => {
    asked.value = wanted;
    try {
      await post(wanted.callId, body);
      // The event may have come before the answer, or there was nothing to change.
      const now = current.value;
      const isDone = wanted.mode === "off" ? now?.call.id !== wanted.callId : now?.call.id === wanted.callId && isProved(wanted, wanted.callId, now.mine);
      if (asked.value === wanted && isDone) asked.value = null;
    } catch (error) {
      if (asked.value === wanted) asked.value = null;
      if (!(error instanceof ApiProblem)) throw error;
      notice.value = { kind: "refused", message: error.code === "Unreachable" ? null : error.message };
    }
  };

  return {
    current,
    asked,
    notice,
    supervise(callId, mode) {
      const now = current.value;
      if (asked.value === null && now?.call.id === callId && now.mine.mode === mode) return Promise.resolve();
      notice.value = null;
      return ask({ callId, mode, muted: null }, { mode });
    },
    mute(muted) {
      const now = current.value;
      return now === null ? Promise.resolve() : ask({ callId: now.call.id, mode: null, muted }, { muted });
    },
    leave() {
      const callId = current.value?.call.id ?? asked.value?.callId;
      return callId === undefined ? Promise.resolve() : ask({ callId, mode: "off", muted: null }, { mode: "off" });
    },
    dismiss() {
      notice.value = null;
    },
  };
}

const isProved = (asked: Asked | null, callId: string, mine: Mine): boolean => asked !== null && asked.callId === callId && asked.mode !== "off" && (asked.mode === null || asked.mode === mine.mode) && (asked.muted === null || asked.muted === mine.muted);
