/** How soon the registry is right again when the switch's socket was lost under 10,000 channels and calls ended and began meanwhile. */
import { z } from "zod";
import { eventually } from "../lab/wait.js";
import type { Benchmark } from "./support/finding.js";
import { median, ROUNDS } from "./support/measure.js";
import { openStage, settled, startSwitches, type Stage } from "./support/stage.js";

const EXTENSIONS = Array.from({ length: 40 }, (_, index) => String(1001 + index));
const DOMAIN = "lab.test";
const CALLS = 5000;
const CHANGED = 100;
const TARGET_S = 2;

const READY = z.object({ nodes: z.array(z.object({ state: z.string(), since: z.iso.datetime() })) });
const LIST = z.object({ data: z.object({ rows: z.array(z.object({ uuid: z.string() })) }) });

/** Seconds from the socket's return to the registry that knows every channel of the switch, and no other. */
async function round(stage: Stage): Promise<number> {
  const { backAt, gone } = await stage.switches.ask(
    "disturb",
    { switchId: stage.switchId, domain: DOMAIN, ended: CHANGED, begun: CHANGED, extensions: EXTENSIONS },
    z.object({ backAt: z.number(), gone: z.array(z.string()) }),
  );
  const readyAt = await eventually(
    "Callplane to be ready again",
    async () => {
      const { body } = await stage.http.request("GET", "/health/ready", { keepBody: true });
      const [node] = READY.parse(JSON.parse(body)).nodes;
      const since = node?.state === "ready" ? Date.parse(node.since) : 0;
      return since >= backAt ? since : null;
    },
    { timeoutMs: 20_000, everyMs: 5 },
  );
  const { body } = await stage.http.expect(200, "GET", "/api/v2/channels?fields=uuid", { keepBody: true });
  const listed = LIST.parse(JSON.parse(body)).data.rows.map((row) => row.uuid);
  const known = new Set(listed);
  const really = await stage.switches.ask("channels", stage.switchId, z.array(z.string()));
  const ghosts = gone.filter((uuid) => known.has(uuid)).length;
  const missing = really.filter((uuid) => !known.has(uuid)).length;
  if (ghosts > 0 || missing > 0 || listed.length !== really.length) throw new Error(`the registry is wrong: ${ghosts} ended channels listed, ${missing} missing, ${listed.length} of ${really.length}`);
  return (readyAt - backAt) / 1000;
}

export const reconnect: Benchmark = {
  title: "Reconnect",
  async run() {
    const switches = startSwitches();
    try {
      const stage = await openStage(switches, [{ domain: DOMAIN, extensions: EXTENSIONS, calls: CALLS }]);
      const figures: number[] = [];
      for (let i = 0; i < ROUNDS; i++) {
        figures.push(await round(stage));
        await settled(stage.http);
      }
      await stage.close();
      return [
        {
          what: `the registry of ${2 * CALLS} channels, right again after the socket is back; ${CHANGED} calls had ended and ${CHANGED} begun, none of the ended is listed`,
          measured: `rounds: ${figures.map((value) => value.toFixed(2)).join(", ")} s`,
          value: median(figures),
          unit: "s",
          target: { atMost: TARGET_S },
        },
      ];
    } finally {
      await switches.close();
    }
  },
};
