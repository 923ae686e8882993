/** The registry after the event socket was lost, with 10,000 live channels. */
import { z } from "zod";
import { eventually } from "../lab/wait.js";
import type { Benchmark } from "./support/finding.js";
import type { HttpConnection } from "./support/http-client.js";
import { median, ms, ROUNDS } from "./support/measure.js";
import { openStage, settled, startSwitches, type Stage } from "./support/stage.js";

const EXTENSIONS = Array.from({ length: 40 }, (_, index) => String(1001 + index));
const TENANT = { domain: "lab.test", extensions: EXTENSIONS, calls: 5000 } as const;
/** Calls that end, and that begin, while Callplane is away. */
const CHANGED = 500;
const LIMIT_MS = 2000;

const CHANNEL_LIST = z.object({ data: z.object({ rows: z.array(z.object({ uuid: z.string() })) }) });
const CALL_LIST = z.object({ items: z.array(z.object({ id: z.string(), state: z.string() })), next: z.string().nullable() });

const sorted = (uuids: readonly string[]): string => [...uuids].sort().join();

const uuidsIn = (body: string): string[] => CHANNEL_LIST.parse(JSON.parse(body)).data.rows.map((row) => row.uuid);

async function allCalls(http: HttpConnection): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const { body } = await http.expect(200, "GET", `/voicechannel/calls?limit=1000${cursor === "" ? "" : `&cursor=${cursor}`}`, { keepBody: true });
    const page: z.output<typeof CALL_LIST> = CALL_LIST.parse(JSON.parse(body));
    ids.push(...page.items.map((call) => call.id));
    cursor = page.next;
  }
  return ids;
}

/** Milliseconds from the connected socket to a list that holds every live channel and no other; throws when it does not come to that. */
async function round(stage: Stage): Promise<number> {
  const { switches, switchId, http } = stage;
  const before = new Set(uuidsIn((await http.expect(200, "GET", "/api/v2/channels", { keepBody: true })).body));
  const { backAt, gone } = await switches.ask("disturb", { switchId, ...TENANT, ended: CHANGED, begun: CHANGED }, z.object({ backAt: z.number(), gone: z.array(z.string()) }));
  const right = await eventually(
    "the registry to be ready again",
    async () => {
      const { status } = await http.request("GET", "/health/ready");
      const { body } = await http.expect(200, "GET", "/api/v2/channels", { keepBody: true });
      const at = Date.now();
      if (status !== 200) return null;
      return { at, uuids: uuidsIn(body) };
    },
    { timeoutMs: 30_000, everyMs: 5 },
  );
  const truth = await switches.ask("channels", switchId, z.array(z.string()));
  if (sorted(right.uuids) !== sorted(truth)) throw new Error(`the first list after the reconnect has ${right.uuids.length} channels, the switch ${truth.length}, and they are not the same`);
  if (truth.filter((uuid) => !before.has(uuid)).length !== 2 * CHANGED) throw new Error("no new channels: the switch was not disturbed");
  const calls = new Set(await allCalls(http));
  if (gone.length !== CHANGED || gone.some((id) => calls.has(id)) || calls.size !== TENANT.calls) throw new Error(`${calls.size} calls are listed, some of which have ended`);
  await settled(http);
  return right.at - backAt;
}

export const reconnect: Benchmark = {
  title: "Reconnect with 10,000 channels",
  async run() {
    const switches = startSwitches();
    try {
      const stage = await openStage(switches, [TENANT]);
      try {
        const figures: number[] = [];
        for (let i = 0; i < ROUNDS; i++) figures.push(await round(stage));
        return [
          {
            what: `From the connected event socket to a right list of 10000 channels, ${CHANGED} calls having ended and ${CHANGED} begun meanwhile`,
            measured: `${ms(median(figures))} (${figures.map((figure) => figure.toFixed(0)).join(", ")}) of ${ms(LIMIT_MS)}; no ended call listed`,
            value: median(figures) / LIMIT_MS,
            unit: "of 2 s",
            target: { atMost: 1 },
          },
        ];
      } finally {
        await stage.close();
      }
    } finally {
      await switches.close();
    }
  },
};
