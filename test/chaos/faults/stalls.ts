/** Callplane's process stands still for a while (a machine that swaps, a suspended virtual machine). */
import { delay } from "../../lab/wait.js";
import { type ChaosFault, mostlyShort } from "./types.js";

export const stall: ChaosFault = {
  kind: "stall",
  weight: 3,
  async run({ world, random, began }) {
    const ms = mostlyShort(random, 300, 15_000);
    began(`${ms.toFixed(0)} ms`);
    const settled = world.callplane.disturb();
    world.callplane.signal("SIGSTOP");
    await delay(ms);
    world.callplane.signal("SIGCONT");
    settled();
  },
};
