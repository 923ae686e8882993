/** The page's own phone follows the supervision: its microphone is off while listening. It answers the call that brings the sound by itself. */
import { inject, watch } from "vue";
import { PHONE } from "../phone/types.js";
import { microphoneOff } from "./hearing.js";
import type { Supervision } from "./supervision.js";

export function useMicrophone(supervision: Supervision): void {
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
}
