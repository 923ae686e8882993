/** Consoles that open the event stream and read nothing of it. */
import { delay } from "../../lab/wait.js";
import { get, rawConnection, type RawConnection } from "../../support/raw-connection.js";
import { between, type ChaosFault } from "./types.js";

export const slowReaders: ChaosFault = {
  kind: "slow readers",
  weight: 2,
  async run({ world, random, began }) {
    const [count, ms] = [Math.ceil(random.next() * 8), between(random, 1000, 10_000)];
    began(`${count} for ${ms.toFixed(0)} ms`);
    const readers: RawConnection[] = [];
    try {
      for (let reader = 0; reader < count; reader++) {
        const { admin } = random.of(world.teams);
        const connection = await rawConnection(world.callplane.url(), { reading: false });
        connection.write(get("/events", { authorization: `Bearer ${admin.token}` }));
        readers.push(connection);
      }
      await delay(ms);
    } finally {
      for (const reader of readers) reader.close();
    }
  },
};
