/** The phone in the page, where the console has one; otherwise the agent's phone stands beside it. */
import { shallowRef } from "vue";
import type { PagePhone } from "../../phone/types.js";

const found = import.meta.glob<{ readonly usePhone: () => PagePhone }>("../../phone/phone.ts", { eager: true });

const NO_PHONE: PagePhone = {
  state: shallowRef<"off">("off"),
  ringing: shallowRef<readonly string[]>([]),
  muted: shallowRef(false),
  answer: () => Promise.resolve(),
  decline: () => Promise.resolve(),
  setMuted: () => undefined,
  dtmf: () => undefined,
};

export function useDeskPhone(): PagePhone {
  const [phone] = Object.values(found);
  return phone === undefined ? NO_PHONE : phone.usePhone();
}
