/** The one supervision of the page, for the dock and for every list that shows which call it is on. */
import { effectScope } from "vue";
import { useConsole, useMe, type Console } from "../console.js";
import { createSupervision, type Supervision } from "./supervision.js";

interface Made {
  readonly me: string;
  readonly supervision: Supervision;
  readonly stop: () => void;
}

const made = new WeakMap<Console, Made>();

/** Null: the person has no phone to hear with. Another person who logs in on the same page has another one. */
export function useSupervision(): Supervision | null {
  const console = useConsole();
  const me = useMe();
  const known = made.get(console);
  if (known !== undefined && known.me === me.username) return known.supervision;
  known?.stop();
  made.delete(console);
  const { agent } = me;
  if (agent === null) return null;
  // It outlives the component that asks for it first.
  const scope = effectScope(true);
  const supervision = scope.run(() =>
    createSupervision({ me: agent, live: console.live, post: (id, body) => console.api.POST("/voicechannel/calls/{id}:supervise", { params: { path: { id } }, body }) }),
  );
  if (supervision === undefined) return null;
  made.set(console, { me: me.username, supervision, stop: () => scope.stop() });
  return supervision;
}
