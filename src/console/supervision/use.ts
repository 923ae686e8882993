/** The one supervision of the page, for the dock and for every list that shows which call it is on. */
import { effectScope, inject } from "vue";
import { useConsole, useMe } from "../console.js";
import { SUPERVISION } from "./home.js";
import { createSupervision, type Supervision } from "./supervision.js";

/** Null: the person has no phone to hear with. Another person who logs in on the same page has another one. */
export function useSupervision(): Supervision | null {
  const console = useConsole();
  const me = useMe();
  const home = inject(SUPERVISION);
  if (home === undefined) throw new Error("No supervision is provided.");
  const known = home.made;
  if (known !== null && known.me === me.username) return known.supervision;
  known?.stop();
  home.made = null;
  const { agent } = me;
  if (agent === null) return null;
  // It outlives the component that asks for it first.
  const scope = effectScope(true);
  const supervision = scope.run(() =>
    createSupervision({ me: agent, live: console.live, post: (id, body) => console.api.POST("/voicechannel/calls/{id}:supervise", { params: { path: { id } }, body }) }),
  );
  if (supervision === undefined) return null;
  home.made = { me: me.username, supervision, stop: () => scope.stop() };
  return supervision;
}
