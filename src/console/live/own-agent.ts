/** The person's own agent, for what stands on every page. */
import type { ShallowRef } from "vue";
import type { Agent } from "../api/types.js";
import type { LiveStore } from "./store.js";

/** Agents change all the time, and each frame costs the browser: what is on every page follows them four times a second, on the same beats as the lists. */
const EVERY_MS = 250;

/** A part of the agent with this id; `id` null: the person has no phone. Undefined: nothing is known of the agent. */
export const ownAgent = <T>(live: Pick<LiveStore, "slice">, id: () => string | null, read: (agent: Agent | undefined) => T): Readonly<ShallowRef<T>> =>
  live.slice(["agents"], ({ agents }) => read(agents.get(id() ?? "")), { everyMs: EVERY_MS });
