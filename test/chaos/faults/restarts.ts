/** Callplane ends, by SIGKILL or SIGTERM, and starts again. */
import { delay } from "../../lab/wait.js";
import { callsNow, compareCalls } from "../invariants/index.js";
import { between, type ChaosFault } from "./types.js";

/** While people act. */
export const restart: ChaosFault = {
  kind: "restart",
  weight: 3,
  async run({ world, random, began }) {
    const signal = random.of(["SIGKILL", "SIGKILL", "SIGTERM"] as const);
    began(signal);
    await world.callplane.restart(signal);
  },
};

/** While it is away, calls come and go. */
export const away: ChaosFault = {
  kind: "away",
  weight: 2,
  async run({ world, random, began }) {
    const ms = between(random, 500, 8000);
    began(`${ms.toFixed(0)} ms`);
    const settled = world.callplane.disturb();
    await world.callplane.stop(random.of(["SIGKILL", "SIGTERM"] as const));
    await delay(ms);
    await world.callplane.start();
    settled();
  },
};

/** While nobody acts: what goes on is the same before and after. */
export const quietRestart: ChaosFault = {
  kind: "quiet restart",
  weight: 3,
  async run({ world, hands, random, began, settle }) {
    await hands.pause();
    await settle();
    const before = await callsNow(world);
    const signal = random.of(["SIGKILL", "SIGTERM"] as const);
    began(`${signal} with ${before.size} calls`);
    await world.callplane.restart(signal);
    const after = await callsNow(world);
    const live = new Set((await world.fs.rows()).map(({ uuid }) => uuid));
    // A customer may have hung up meanwhile: then a leg that the call had is gone.
    compareCalls(world.journal, before, after, (id) => before.get(id)?.legs.some((leg) => !live.has(leg.id)) === true);
  },
};

/** The next process starts before this one ends. */
export const overlap: ChaosFault = {
  kind: "overlap",
  weight: 2,
  async run({ world, random, began }) {
    const signal = random.of(["SIGKILL", "SIGTERM"] as const);
    began(signal);
    await world.callplane.overlap(signal);
  },
};
