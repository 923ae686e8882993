/** The page's own phone follows the supervision: its microphone is off while listening, and it answers the call that brings the sound. */
import { inject, watch } from "vue";
import { PHONE } from "../phone/types.js";
import type { LiveStore } from "../live/store.js";
import { microphoneOff } from "./hearing.js";
import type { Supervision } from "./supervision.js";

export function useMicrophone(supervision: Supervision, me: string, live: Pick<LiveStore, "picture" | "on">): void {
  // A desk phone is no business of the page: there the server alone decides who hears.
  const phone = inject(PHONE, null);
  if (phone === null) return;
  let isOurs = false;
  watch([supervision.current, supervision.asked], ([current, asked]) => {
    const off = microphoneOff(current?.mine ?? null, asked?.mode ?? null);
    if (off !== null) {
      isOurs = true;
      phone.setMuted(off);
    } else if (isOurs) {
      // The next conversation must not begin mute.
      isOurs = false;
      phone.setMuted(false);
    }
  }, { immediate: true });

  /** Bounded by the calls that the person supervises. */
  const answered = new Set<string>();
  const answer = (): void => {
    const asked = supervision.asked.value;
    const call = asked === null ? undefined : live.picture.calls.get(asked.callId);
    const leg = call?.legs.find(({ role, agent }) => role === "supervisor" && agent === me);
    if (leg?.sipCallId == null || answered.has(leg.sipCallId) || !phone.ringing.value.includes(leg.sipCallId)) return;
    answered.add(leg.sipCallId);
    // What fails rings on, and can be answered by hand.
    phone.answer(leg.sipCallId).catch(() => undefined);
  };
  watch([phone.ringing, supervision.asked], answer);
  live.on((event) => {
    if (event.type.startsWith("call.") && supervision.asked.value !== null) answer();
    if (supervision.asked.value === null) answered.clear();
  });
}
