/** Lists with 10,000 live channels. */
import { z } from "zod";
import { startChild } from "./support/child.js";
import type { Benchmark, Finding } from "./support/finding.js";
import { HttpConnection } from "./support/http-client.js";
import { inTurn, median, medianRatio, ms, timed } from "./support/measure.js";
import { openStage, startSwitches, type Stage } from "./support/stage.js";

const EXTENSIONS = Array.from({ length: 40 }, (_, index) => String(1001 + index));
const TENANTS = [
  { domain: "lab.test", extensions: EXTENSIONS, calls: 4500 },
  { domain: "other.test", extensions: EXTENSIONS, calls: 500 },
] as const;
const CHANNELS = 9000;
const CALLS = 4500;
/** Requests of one figure. */
const REQUESTS = 400;
const WHOLE_LISTS = 5;

const CHANNEL_LIST = z.object({ data: z.object({ row_count: z.number(), rows: z.array(z.object({ uuid: z.string() })) }) });
const CALL_LIST = z.object({ items: z.array(z.object({ id: z.string() })), total: z.number() });

/** The median time of one request, milliseconds. */
async function request(http: HttpConnection, path: string, times: number, options: { readonly status?: number; readonly headers?: string } = {}): Promise<number> {
  const figures: number[] = [];
  for (let i = 0; i < times; i++) figures.push(await timed(() => http.expect(options.status ?? 200, "GET", path, options)));
  return median(figures);
}

/** A benchmark of a wrong answer would be worth nothing. */
async function check(http: HttpConnection, naive: HttpConnection): Promise<void> {
  const read = async (from: HttpConnection, path: string): Promise<unknown> => JSON.parse((await from.expect(200, "GET", path, { keepBody: true })).body);
  const calls = CALL_LIST.parse(await read(http, "/voicechannel/calls?limit=100"));
  const page = CHANNEL_LIST.parse(await read(http, "/api/v2/channels?size=100")).data;
  const whole = CHANNEL_LIST.parse(await read(http, "/api/v2/channels")).data;
  const other = CHANNEL_LIST.parse(await read(naive, "/")).data;
  const uuids = (list: typeof whole): string => list.rows.map((row) => row.uuid).sort().join();
  if (calls.items.length !== 100 || calls.total !== CALLS) throw new Error(`a page of calls has ${calls.items.length} of ${calls.total}`);
  if (page.rows.length !== 100 || page.row_count !== CHANNELS) throw new Error(`a page of channels has ${page.rows.length} of ${page.row_count}`);
  if (whole.rows.length !== CHANNELS || uuids(whole) !== uuids(other)) throw new Error(`the lists have ${whole.rows.length} and ${other.rows.length} channels`);
}

async function pages(http: HttpConnection): Promise<Finding[]> {
  const figures = await inTurn({
    live: () => request(http, "/health/live", REQUESTS),
    calls: () => request(http, "/voicechannel/calls?limit=100", REQUESTS),
    channels: () => request(http, "/api/v2/channels?size=100", REQUESTS),
  });
  const finding = (what: string, values: readonly number[]): Finding => ({
    what,
    measured: `${ms(median(values))}, GET /health/live ${ms(median(figures.live))}`,
    value: medianRatio(values, figures.live),
    unit: "x live",
    target: { atMost: 3 },
  });
  return [finding("GET /voicechannel/calls?limit=100, against GET /health/live", figures.calls), finding("GET /api/v2/channels?size=100, against GET /health/live", figures.channels)];
}

async function wholeList(http: HttpConnection, naive: HttpConnection): Promise<Finding[]> {
  const { etag } = await http.expect(200, "GET", "/api/v2/channels");
  const headers = `If-None-Match: ${etag ?? ""}\r\n`;
  const figures = await inTurn({
    naive: () => request(naive, "/", WHOLE_LISTS),
    ours: () => request(http, "/api/v2/channels", WHOLE_LISTS),
    unchanged: () => request(http, "/api/v2/channels", WHOLE_LISTS * 10, { status: 304, headers }),
  });
  return [
    {
      what: `GET /api/v2/channels with ${CHANNELS} rows of its tenant, against asking the switch for its 10000 each time`,
      measured: `${ms(median(figures.ours))}, show channels + parse + filter + serialise ${ms(median(figures.naive))}`,
      value: medianRatio(figures.naive, figures.ours),
      unit: "x less",
      target: { atLeast: 5 },
    },
    {
      what: "304 on the unchanged list, against sending it",
      measured: `${ms(median(figures.unchanged))}`,
      value: medianRatio(figures.ours, figures.unchanged),
      unit: "x less",
      target: { atLeast: 1 },
    },
  ];
}

async function measure(stage: Stage): Promise<Finding[]> {
  const naiveProcess = startChild(new URL("./naive-list-process.ts", import.meta.url));
  try {
    const port = await naiveProcess.ask("start", { eslPort: stage.eslPort, domain: TENANTS[0].domain }, z.number());
    const naive = await HttpConnection.open(port, null);
    try {
      await check(stage.http, naive);
      await request(stage.http, "/health/live", REQUESTS);
      return [...(await pages(stage.http)), ...(await wholeList(stage.http, naive))];
    } finally {
      naive.close();
    }
  } finally {
    await naiveProcess.close();
  }
}

export const listing: Benchmark = {
  title: "Lists with 10,000 live channels",
  async run() {
    const switches = startSwitches();
    try {
      const stage = await openStage(switches, TENANTS);
      try {
        return await measure(stage);
      } finally {
        await stage.close();
      }
    } finally {
      await switches.close();
    }
  },
};
