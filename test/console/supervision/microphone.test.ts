import { createApp, effectScope, shallowRef } from "vue";
import { expect, it } from "vitest";
import { PHONE, type PagePhone } from "../../../src/console/phone/types.js";
import type { Asked, Supervised, Supervision } from "../../../src/console/supervision/supervision.js";
import { useMicrophone } from "../../../src/console/supervision/useMicrophone.js";

it("mutes the phone for listening, and leaves answering to the phone, which knows that nobody has pressed a button", async () => {
  const did: string[] = [];
  const phone: PagePhone = {
    state: shallowRef<"ready">("ready"), ringing: shallowRef<readonly string[]>(["s9"]), muted: shallowRef(false),
    answer: (id) => {
      did.push(`answer ${id}`);
      return Promise.resolve();
    },
    decline: () => Promise.resolve(), setMuted: (muted) => void did.push(muted ? "mute" : "unmute"), dtmf: () => undefined,
  };
  const asked = shallowRef<Asked | null>(null);
  const supervision: Supervision = { current: shallowRef<Supervised | null>(null), asked, notice: shallowRef(null), supervise: () => Promise.resolve(), mute: () => Promise.resolve(), leave: () => Promise.resolve(), dismiss: () => undefined };
  const app = createApp({});
  app.provide(PHONE, phone);
  const scope = effectScope();
  scope.run(() => app.runWithContext(() => useMicrophone(supervision)));
  asked.value = { callId: "c1", mode: "listen", muted: null };
  await expect.poll(() => did).toEqual(["mute"]);
  scope.stop();
});
