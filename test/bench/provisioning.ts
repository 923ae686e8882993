/** FreeSWITCH's questions with 10,000 users in the directory. */
import { join } from "node:path";
import { openStore } from "../../src/store/index.js";
import { a1, authentication, lookUp, openWorld } from "../provisioning/world.js";
import { temporaryDirectory } from "../support/temporary.js";
import type { Benchmark, Finding } from "./support/finding.js";
import { median, ms, p99, timed } from "./support/measure.js";

const USERS = 10_000;
const REQUESTS = 4000;
const WARM_UP = 500;
const TARGET_MS = 10;
const DOMAIN = "acme.example";

const user = (index: number): string => String(10_000 + (index % USERS));

async function requests(ask: (index: number) => Promise<unknown>): Promise<number[]> {
  const figures: number[] = [];
  // The first ones compile what the others run.
  for (let index = 0; index < WARM_UP; index++) await ask(index * 7);
  for (let index = 0; index < REQUESTS; index++) figures.push(await timed(() => ask(index * 7)));
  return figures;
}

export const provisioning: Benchmark = {
  title: `Provisioning: FreeSWITCH's questions, ${USERS} users`,
  async run() {
    const folder = temporaryDirectory();
    const databaseUrl = `file:${join(folder.path, "callplane.db")}`;
    const world = await openWorld({ databaseUrl, pollMs: 50 });
    try {
      // By a store that nobody listens to, so that the accounts are read once and not with each agent.
      const filling = await openStore(databaseUrl);
      for (let index = 0; index < USERS; index++) {
        const { id } = await filling.agents.create({ organizationId: world.acme.id, agentId: user(index) });
        await filling.agents.setSipPassword(id, a1(user(index), DOMAIN, "secret"));
      }
      await filling.close();
      const last = a1(user(USERS - 1), DOMAIN, "secret");
      const began = performance.now();
      while (!(await world.ask(authentication(user(USERS - 1), DOMAIN, "secret"))).includes(last)) {
        if (performance.now() - began > 60_000) throw new Error("the users are not served");
      }
      const finding = (what: string, figures: readonly number[]): Finding => ({ what: `${what}, p99`, measured: `median ${ms(median(figures))}`, value: p99(figures), unit: "ms", target: { atMost: TARGET_MS } });
      return [
        finding("a registration's lookup", await requests((index) => world.ask(authentication(user(index), DOMAIN, "secret")))),
        finding("a call's lookup", await requests((index) => world.ask(lookUp(user(index), DOMAIN)))),
        finding("a user who is unknown", await requests(() => world.ask(lookUp("nobody", DOMAIN)))),
      ];
    } finally {
      await world.close();
      folder.remove();
    }
  },
};
