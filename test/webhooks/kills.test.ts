/** The whole process is killed at random moments under calls: of each call its beginning, its end and its record are told, in order, and what is told of it grows. */
import { afterEach, expect, inject, it } from "vitest";
import { z } from "zod";
import { Journal } from "../chaos/journal.js";
import { Random } from "../faults/random.js";
import { delay, eventually } from "../lab/wait.js";
import { receiver, type Receiver } from "../outbound/support.js";
import { Callers } from "../program-kills/callers.js";
import { openSimulated } from "../program-kills/switch.js";
import { openWorld, type World } from "../program-kills/world.js";
import { toldIn, type Told } from "./support.js";

const KILLS = 6;
const SEED = 11;
const LAST = "calllog.completed";

let world: World | null = null;
let server: Receiver | null = null;
afterEach(async () => {
  await world?.close();
  await server?.close();
  world = server = null;
});

const named = z.object({ id: z.string().optional(), call: z.object({ id: z.string() }).optional() });
function callOf({ data }: Told): string {
  const { id, call } = named.parse(data);
  return id ?? call?.id ?? "";
}

it("over kills at random moments nothing is lost, and the order is kept", { timeout: 300_000 }, async () => {
  const journal = new Journal(SEED, () => undefined);
  const opened = (world = await openWorld(journal, openSimulated, inject("product")));
  // Every ninth fails, so that retries are met too.
  let count = 0;
  const heard = (server = await receiver((_request, response) => void response.writeHead(++count % 9 === 0 ? 500 : 200).end()));
  const made = await opened.admin.post("/voiceconfig/webhooks", { url: `${heard.url}/hook`, topics: ["call", "calllog"] });
  expect(made.status).toBe(201);
  const hook = (made.body as { id: string }).id;
  const random = new Random(SEED);
  const callers = new Callers(opened, new Random(SEED + 1), { at: 8, stayMs: [600, 2500] });
  try {
    for (let kill = 0; kill < KILLS; kill++) {
      await delay(300 + random.next() * 900);
      await opened.callplane.stop("SIGKILL");
      await delay(random.next() * 800);
      await opened.callplane.start();
    }
  } finally {
    await callers.close();
  }
  // In order of their first arrival: what came twice has one id.
  const told = (): readonly Told[] => [...new Map(heard.received.map((request) => [String(request.headers["webhook-id"]), toldIn(request)] as const)).values()];
  const records = async (): Promise<readonly { readonly id: string; readonly endedAt: string | null }[]> => ((await opened.admin.get("/voiceconfig/calllogs?pageSize=1000")).body as { items: { id: string; endedAt: string | null }[] }).items;
  const unfinished = async (): Promise<readonly string[]> => {
    const done = new Set(told().filter(({ type }) => type === LAST).map(callOf));
    return (await records()).filter(({ id, endedAt }) => endedAt === null || !done.has(id)).map((record) => JSON.stringify({ record, told: told().filter((event) => callOf(event) === record.id) }));
  };
  const isFinished = async (): Promise<boolean> => {
    return (await records()).length > 0 && (await unfinished()).length === 0 && ((await opened.admin.get(`/voiceconfig/webhooks/${hook}/deliveries`)).body as { total: number }).total === 0;
  };
  await eventually("each record to be finished and told", isFinished, { timeoutMs: 120_000, everyMs: 300, details: async () => [`${told().length} events`, ...(await unfinished()), ...(await opened.fs.rows()).map((row) => JSON.stringify(row))].join("\n") });
  const calls = new Map<string, Told[]>();
  for (const event of told()) calls.set(callOf(event), [...(calls.get(callOf(event)) ?? []), event]);
  const ids = new Set((await records()).map(({ id }) => id));
  const faults: string[] = [];
  for (const id of ids) {
    const events = calls.get(id) ?? [];
    const types = events.map(({ type }) => type);
    if (types.filter((type) => type === "call.ended").length !== 1 || types.filter((type) => type === LAST).length !== 1 || types.slice(-2).join() !== `call.ended,${LAST}`) faults.push(`${id}: ${types.join()}`);
    const first = types.indexOf("call.created");
    if (types.length > 2 && first !== 0) faults.push(`${id} begins with ${types.join()}`);
  }
  // A call that was told of and has no record was joined to another: its end is told too.
  for (const [id, events] of calls) if (!ids.has(id) && events.at(-1)?.type !== "call.ended") faults.push(`${id} has no end: ${events.map(({ type }) => type).join()}`);
  for (const [id, events] of calls) {
    const moments = events.filter(({ type }) => type.startsWith("call.")).map(({ at }) => Date.parse(at));
    if (moments.some((at, index) => index > 0 && at < (moments[index - 1] ?? 0) - 1000)) faults.push(`${id} is not in order: ${events.map(({ type, at }) => `${type} ${at}`).join(", ")}`);
  }
  expect(faults).toEqual([]);
  expect(ids.size).toBeGreaterThan(5);
});
