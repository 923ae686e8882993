/** The phone in the page: off until somebody who has one is logged in, in one tab at a time, gone with the session. */
import { computed, inject, shallowRef, watch, type ShallowRef } from "vue";
import type { Console } from "../console.js";
import { preferences } from "../preferences.js";
import type { PhoneEngine } from "./engine.js";
import { PhoneProblem, type PhoneFault } from "./problem.js";
import type { Standing } from "./registration.js";
import type { PhoneTab, TabPorts } from "./tab.js";
import { HANDSET, type AudioDevices, type Chosen, type DeviceKind, type Handset, type PagePhone, type PhoneReason, type VoiceQuality } from "./types.js";

export interface PhonePorts {
  readonly tone: () => void;
  /** Loads what the phone works with. */
  readonly engine: (ports: { readonly standing: (standing: Standing) => void; readonly agent: () => string | null; readonly problem: (fault: PhoneFault) => PhoneProblem; readonly answersItself: () => void; readonly lastEnded: () => void }) => Promise<PhoneEngine>;
  readonly tab: (ports: Pick<TabPorts, "mine" | "elsewhere" | "awaits" | "isInCall">) => Pick<PhoneTab, "begin" | "useHere" | "callsEnded" | "end">;
  readonly isSecure: boolean;
}

type State = PagePhone["state"]["value"];

export function createPhone({ session, t }: Pick<Console, "session" | "t">, ports: PhonePorts): Handset {
  const state = shallowRef<State>("off");
  const reason = shallowRef<PhoneReason | null>("noAgent");
  const awaitsOtherTab = shallowRef(false);
  const engine = shallowRef<PhoneEngine | null>(null);
  let agent: string | null = null;
  let tab: ReturnType<PhonePorts["tab"]> | null = null;
  let loading: Promise<PhoneEngine> | null = null;
  let isMine = false;

  const show = (next: State, why: PhoneReason | null): void => {
    state.value = next;
    reason.value = why;
  };
  const problem = (fault: PhoneFault): PhoneProblem => new PhoneProblem(fault, t.phone.fault[fault]);
  const load = (): Promise<PhoneEngine> =>
    (loading ??= ports
      .engine({
        standing: ({ state: next, reason: why }) => {
          if (isMine) show(next, why);
        },
        agent: () => agent,
        problem,
        answersItself: ports.tone,
        lastEnded: () => tab?.callsEnded(),
      })
      .then((loaded) => (engine.value = loaded))
      .catch((error: unknown) => {
        loading = null;
        throw error;
      }));
  const open = async (): Promise<void> => {
    isMine = true;
    show("registering", null);
    try {
      const loaded = await load();
      if (isMine) loaded.open();
    } catch {
      // The server does not give the script: it is not reached, or there is another version.
      if (isMine) show("failed", "server");
    }
  };

  /** A BYE would end a caller's call, which Callplane keeps for whoever vanishes. */
  const leave = (): void => {
    if ((engine.value?.dialogs.count ?? 0) > 0) engine.value?.vanish();
    else engine.value?.rest();
  };

  const begin = (): void => {
    if (!ports.isSecure) return show("off", "insecure");
    if (preferences.get("phone") === "off") return show("off", "switchedOff");
    tab = ports.tab({
      mine: () => void open(),
      elsewhere: () => {
        if (isMine) leave();
        isMine = false;
        show("elsewhere", null);
      },
      awaits: (awaits) => (awaitsOtherTab.value = awaits),
      isInCall: () => (engine.value?.dialogs.count ?? 0) > 0,
    });
    tab.begin();
  };
  const end = (why: PhoneReason): void => {
    isMine = false;
    awaitsOtherTab.value = false;
    leave();
    tab?.end();
    tab = null;
    show("off", why);
  };

  watch(
    () => {
      const { value } = session.state;
      return value.kind === "in" || value.kind === "over" ? value.me.agent : null;
    },
    (next) => {
      if (agent !== null) end("noAgent");
      agent = next;
      if (next !== null) begin();
    },
    { immediate: true, flush: "sync" },
  );
  addEventListener("online", () => {
    if (isMine && state.value !== "ready") engine.value?.retry();
  });

  const of = <T>(read: (engine: PhoneEngine) => T, otherwise: T): Readonly<ShallowRef<T>> => computed(() => (engine.value === null ? otherwise : read(engine.value)));
  const started = (): PhoneEngine => {
    if (engine.value === null) throw problem("notReady");
    return engine.value;
  };
  return {
    state,
    reason,
    awaitsOtherTab,
    ringing: of<readonly string[]>(({ dialogs }) => dialogs.ringing.value, NONE),
    ringsAloud: of<readonly string[]>(({ dialogs }) => dialogs.ringsAloud.value, NONE),
    talking: of<readonly string[]>(({ dialogs }) => dialogs.talking.value, NONE),
    muted: of(({ dialogs }) => dialogs.muted.value, false),
    level: of<number | null>(({ microphone }) => microphone.level.value, null),
    quality: of<VoiceQuality | null>(({ quality }) => quality.value, null),
    fault: of<string | null>(({ dialogs }) => dialogs.fault.value?.message ?? null, null),
    devices: of<AudioDevices>(({ devices }) => devices.devices.value, NO_DEVICES),
    chosen: of<Chosen>(({ devices }) => devices.chosen.value, SYSTEM),
    answer: async (sipCallId) => started().dialogs.answer(sipCallId),
    decline: async (sipCallId) => started().dialogs.end(sipCallId),
    hangUp: (sipCallId) => started().dialogs.end(sipCallId),
    setMuted: (muted) => engine.value?.dialogs.setMuted(muted),
    dtmf: (digit) => started().dialogs.dtmf(digit),
    choose: (kind: DeviceKind, id: string | null) => engine.value?.devices.choose(kind, id),
    async openMicrophone() {
      const loaded = await load();
      const { give } = await loaded.microphone.take();
      await loaded.devices.look();
      return give;
    },
    call: async (target) => started().call(target),
    useHere: () => tab?.useHere(),
    switchOn(on) {
      preferences.set("phone", on ? null : "off");
      if (agent === null) return;
      if (on && tab === null) begin();
      else if (!on) end("switchedOff");
    },
    retry: () => (engine.value === null ? void open() : engine.value.retry()),
  };
}

const NONE: readonly string[] = [];
const NO_DEVICES: AudioDevices = { microphones: [], outputs: [] };
const SYSTEM: Chosen = { microphone: null, headset: null, ringer: null };

export function useHandset(): Handset {
  const handset = inject(HANDSET);
  if (handset === undefined) throw new Error("No phone is provided.");
  return handset;
}
