/** The phone in the page, where the console has one; otherwise the agent's phone stands beside it. */
import { inject, shallowRef } from "vue";
import { PHONE, type PagePhone } from "../../phone/types.js";

const NO_PHONE: PagePhone = {
  state: shallowRef<"off">("off"),
  ringing: shallowRef<readonly string[]>([]),
  muted: shallowRef(false),
  answer: () => Promise.resolve(),
  decline: () => Promise.resolve(),
  setMuted: () => undefined,
  dtmf: () => undefined,
};

export const useDeskPhone = (): PagePhone => inject(PHONE, NO_PHONE);
