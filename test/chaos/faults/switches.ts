/** FreeSWITCH itself goes wrong. */
import { delay } from "../../lab/wait.js";
import { type ChaosFault, mostlyShort } from "./types.js";

export const frozen: ChaosFault = {
  kind: "frozen switch",
  weight: 2,
  async run({ world, random, began }) {
    const ms = mostlyShort(random, 500, 20_000);
    began(`${ms.toFixed(0)} ms`);
    await world.fs.freeze();
    await delay(ms);
    await world.fs.thaw();
  },
};

export const killed: ChaosFault = {
  kind: "killed switch",
  weight: 1,
  async run({ world, began }) {
    began("");
    await world.fs.restart();
  },
};
