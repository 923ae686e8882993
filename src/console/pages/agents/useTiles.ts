/** All agents with what they do now, made anew at most four times a second, and each second for the limits that pass. */
import { shallowRef, watch, type ShallowRef } from "vue";
import { useConsole } from "../../console.js";
import type { Picture } from "../../live/picture.js";
import { tileOf, type Tile } from "./tiles.js";

const EVERY_MS = 250;
const QUIET_MS = 900;

export interface Tiles {
  readonly isKnown: boolean;
  readonly all: readonly Tile[];
}

export function useTiles(): Readonly<ShallowRef<Tiles>> {
  const { live, clock } = useConsole();
  let before = new Map<string, Tile>();
  let madeAt = 0;
  const make = ({ known, agents, calls, queues }: Picture): Tiles => {
    madeAt = performance.now();
    const context = { calls, limitsOf: (name: string) => queues.get(name)?.alarms, now: clock.now.value };
    const next = new Map<string, Tile>();
    for (const agent of agents.values()) next.set(agent.id, tileOf(agent, before.get(agent.id), context));
    before = next;
    return { isKnown: known, all: [...next.values()] };
  };
  const made = live.slice(["agents", "calls", "queues"], make, { everyMs: EVERY_MS });
  const shown = shallowRef(made.value);
  watch(made, (now) => (shown.value = now));
  watch(clock.now, () => {
    if (performance.now() - madeAt >= QUIET_MS) shown.value = make(live.picture);
  });
  return shown;
}
