/** The event sockets between Callplane and FreeSWITCH go wrong, both or the one with the events alone. */
import { delay } from "../../lab/wait.js";
import type { WireFaults } from "../proxy.js";
import { between, type ChaosFault, mostlyShort } from "./types.js";

export const cut: ChaosFault = {
  kind: "cut wire",
  weight: 3,
  async run({ world, random, began }) {
    const wires = random.of(["all", "events"] as const);
    const times = random.of([1, 1, 3]);
    began(`${wires}, ${times} times`);
    for (let time = 0; time < times; time++) {
      world.proxy.cut(wires);
      await delay(between(random, 100, 1500));
    }
  },
};

export const refused: ChaosFault = {
  kind: "refused wire",
  weight: 1,
  async run({ world, random, began }) {
    const ms = between(random, 500, 10_000);
    began(`${ms.toFixed(0)} ms`);
    world.proxy.set({ refused: true });
    world.proxy.cut("all");
    await delay(ms);
    world.proxy.set({});
  },
};

/** A wire that misbehaves in this way for a while. */
const during = (kind: string, weight: number, longestMs: number, choose: (share: number) => Partial<WireFaults>): ChaosFault => ({
  kind,
  weight,
  async run({ world, random, began }) {
    const [ms, faults] = [mostlyShort(random, 500, longestMs), choose(random.next())];
    began(`${ms.toFixed(0)} ms ${JSON.stringify(faults)}`);
    world.proxy.set(faults);
    await delay(ms);
    world.proxy.set({});
  },
});

export const halfOpen = during("half-open wire", 3, 25_000, (share) => ({ held: share < 0.5 ? "all" : "events" }));
export const slow = during("slow wire", 2, 8000, (share) => ({ delayMs: Math.round(20 + share * 80) }));
export const repeating = during("repeating wire", 2, 8000, (share) => ({ twice: 0.2 + share * 0.8 }));
export const losing = during("losing wire", 3, 8000, (share) => ({ lost: 0.05 + share * 0.5 }));
