/** The wall clock of Callplane's machine jumps, and later back. */
import { writeFileSync } from "node:fs";
import { delay } from "../../lab/wait.js";
import { between, type ChaosFault } from "./types.js";

export const clockJump: ChaosFault = {
  kind: "clock jump",
  weight: 2,
  async run({ world, random, began }) {
    const shift = Math.round(between(random, -600_000, 600_000));
    began(`${shift} ms`);
    for (const now of [shift, 0]) {
      writeFileSync(world.clockFile, String(now));
      world.callplane.signal("SIGUSR2");
      await delay(between(random, 1000, 5000));
    }
  },
};
