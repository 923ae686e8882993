/**
 * The console's wall in a real Chromium: 5,000 live calls, 200 events a second. Only the page is measured, by the processor time of its main thread, so that a busy
 * machine does not count for it; frames are compared with those of an empty page that is scrolled the same way in the same run.
 */
import { chromium, type Browser, type CDPSession, type Page } from "playwright-core";
import { z } from "zod";
import { findChromium } from "../browser/chromium.js";
import { delay } from "../lab/wait.js";
import { buildConsole } from "../support/build.js";
import { temporaryDirectory } from "../support/temporary.js";
import { startChild, type Child } from "./support/child.js";
import type { Benchmark, Finding } from "./support/finding.js";
import { workOfFrames } from "./support/frames.js";
import { HttpConnection } from "./support/http-client.js";
import { median, ms, p95 } from "./support/measure.js";
import { openSwitch, settled, startCallplane, startSwitches } from "./support/stage.js";

const DOMAIN = "lab.test";
const CALLS = 5000;
const AGENTS = 300;
const DEPARTMENTS = 8;
const EVENTS_PER_S = 200;
const SUPERVISOR = "3000";
const PASSWORD = "a password of the benchmark's";
/** How long the wall stands open. */
const MEASURED_S = Number(process.env.BENCH_PAGE_S ?? 600);
const HEAP_EVERY_S = Math.min(60, MEASURED_S / 10);
const WARM_S = 10;
const LOADS = 5;
const ROUNDS = 5;
const ROUND_S = 4;
/** A person who looks for something: some 40 rows a second. */
const SCROLL_PX_PER_S = 1500;
/** What a page may take on a machine however busy. */
const STEP_MS = 120_000;

const TARGET = { firstRowsMs: 1000, idlePercent: 15, frameMs: 8, framesOfEmpty: 50 / 60, heapPercent: 10 };

/** As long as the list of calls, so that it can be scrolled as far: a browser without a graphics card draws each frame with the processor. */
const EMPTY = `data:text/html,<title>empty</title><div style="height:${CALLS * 36}px"></div>`;

const agents = Array.from({ length: AGENTS }, (_, index) => String(2000 + index));
const departmentsOf = agents.map((_, index) => [`d${index % DEPARTMENTS}`]);

const metric = z.object({ metrics: z.array(z.object({ name: z.string(), value: z.number() })) });
/** Seconds of processor time of the page's main thread. */
interface Used {
  readonly task: number;
  readonly script: number;
  readonly style: number;
  readonly layout: number;
}

async function used(session: CDPSession): Promise<Used> {
  const { metrics } = metric.parse(await session.send("Performance.getMetrics"));
  const of = (name: string): number => metrics.find((each) => each.name === name)?.value ?? NaN;
  return { task: of("TaskDuration"), script: of("ScriptDuration"), style: of("RecalcStyleDuration"), layout: of("LayoutDuration") };
}
const less = (after: Used, before: Used): Used => ({ task: after.task - before.task, script: after.script - before.script, style: after.style - before.style, layout: after.layout - before.layout });

/** In the page, before anything else: when the first message came, and when the frame after the one with the first row began. */
const WATCH_FIRST_ROWS = `globalThis.firstRows = new Promise((resolve) => {
  let messageAt = null;
  globalThis.WebSocket = class extends WebSocket {
    constructor(...of) {
      super(...of);
      this.addEventListener("message", () => (messageAt = performance.now()), { once: true });
    }
  };
  const look = () => {
    if (document.querySelector(".call-row") === null) requestAnimationFrame(look);
    else requestAnimationFrame(() => resolve({ messageAt, rowsAt: performance.now() }));
  };
  requestAnimationFrame(look);
})`;

/** In the page: counts its frames from now on. */
const COUNT_FRAMES = `{
  const counted = (globalThis.counted = { frames: 0, from: performance.now(), on: true });
  const frame = () => {
    counted.frames++;
    if (counted.on) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}`;
/** Frames a second since then. */
const COUNTED = "(counted.on = false, (counted.frames * 1000) / (performance.now() - counted.from))";

interface Load {
  readonly cpuMs: number;
  readonly wallMs: number;
}

/** The wall is loaded anew; from the snapshot's first part to the first rows, and what the main thread worked for the whole page until then. */
async function load(page: Page, session: CDPSession): Promise<Load> {
  await page.reload({ waitUntil: "commit" });
  const before = await used(session);
  const { messageAt, rowsAt } = z.object({ messageAt: z.number(), rowsAt: z.number() }).parse(await page.evaluate("firstRows"));
  const after = await used(session);
  // Another process may have it after the load: it begins at nothing.
  const cpu = after.task >= before.task ? after.task - before.task : after.task;
  return { cpuMs: cpu * 1000, wallMs: rowsAt - messageAt };
}

/** Frames a second that the page gets. */
async function framesOf(page: Page, meanwhile: () => Promise<unknown>): Promise<number> {
  await page.evaluate(COUNT_FRAMES);
  await meanwhile();
  return page.evaluate<number>(COUNTED);
}

interface Scrolled {
  readonly wall: number;
  readonly empty: number;
  readonly work: readonly number[];
}

/** An empty page's frames, then the wall's, with the work of each, while somebody scrolls the same way. */
async function round(browser: Browser, wall: Page, session: CDPSession, empty: Page, emptySession: CDPSession, down: boolean): Promise<Scrolled> {
  const box = await wall.locator(".scroller[role=grid]").boundingBox();
  if (box === null) throw new Error("the list of calls is not seen");
  const scroll = { x: Math.round(box.x + box.width / 2), y: Math.round(box.y + box.height / 2), yDistance: (down ? -1 : 1) * SCROLL_PX_PER_S * ROUND_S, speed: SCROLL_PX_PER_S, gestureSourceType: "mouse" as const };
  await empty.bringToFront();
  const emptyFrames = await framesOf(empty, () => emptySession.send("Input.synthesizeScrollGesture", scroll));
  await wall.bringToFront();
  await browser.startTracing(wall, { categories: ["devtools.timeline", "devtools.timeline.frame"] });
  await wall.evaluate("console.timeStamp('the wall')");
  const wallFrames = await framesOf(wall, () => session.send("Input.synthesizeScrollGesture", scroll));
  const trace: unknown = JSON.parse((await browser.stopTracing()).toString("utf8"));
  return { wall: wallFrames, empty: emptyFrames, work: workOfFrames(trace, "the wall") };
}

interface Standing {
  readonly minutes: readonly { readonly percent: number; readonly of: Used }[];
  /** Bytes after a collection. */
  readonly heap: readonly number[];
}

/** Nobody touches it. What the collections take is not counted: they are the benchmark's. */
async function stand(session: CDPSession): Promise<Standing> {
  const heapOf = async (): Promise<number> => {
    await session.send("HeapProfiler.collectGarbage");
    return z.object({ usedSize: z.number() }).parse(await session.send("Runtime.getHeapUsage")).usedSize;
  };
  const heap = [await heapOf()];
  const minutes: { percent: number; of: Used }[] = [];
  for (const end = performance.now() + MEASURED_S * 1000; performance.now() < end; ) {
    const [before, began] = [await used(session), performance.now()];
    await delay(HEAP_EVERY_S * 1000);
    const of = less(await used(session), before);
    minutes.push({ percent: (of.task / ((performance.now() - began) / 1000)) * 100, of });
    heap.push(await heapOf());
  }
  return { minutes, heap };
}

/** `BENCH_PROFILE` is a folder: what the main thread does in 20 s that nobody touches the wall. */
async function profile(session: CDPSession): Promise<void> {
  const folder = process.env.BENCH_PROFILE;
  if (folder === undefined) return;
  const { writeFile } = await import("node:fs/promises");
  await session.send("Profiler.enable");
  await session.send("Profiler.start");
  await delay(20_000);
  const { profile: taken } = await session.send("Profiler.stop");
  await writeFile(`${folder}/wall.cpuprofile`, JSON.stringify(taken));
}

async function measure(browser: Browser, feed: Child, address: string): Promise<readonly Finding[]> {
  const context = await browser.newContext({ viewport: { width: 1920, height: 1080 }, reducedMotion: "reduce" });
  context.setDefaultTimeout(STEP_MS);
  const wall = await context.newPage();
  const faults: string[] = [];
  wall.on("pageerror", ({ message }) => faults.push(message));
  await wall.addInitScript({ content: WATCH_FIRST_ROWS });
  await wall.goto(`${address}/login`);
  await wall.getByLabel("User name", { exact: true }).fill(`s0-${SUPERVISOR}`);
  await wall.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await wall.getByRole("button", { name: "Sign in" }).click();
  await wall.locator(".call-row").first().waitFor();
  const session = await context.newCDPSession(wall);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });

  const loads: Load[] = [];
  for (let each = 0; each < LOADS; each++) loads.push(await load(wall, session));
  await delay(WARM_S * 1000);

  const other = await browser.newContext({ viewport: { width: 1920, height: 1080 } });
  const empty = await other.newPage();
  await empty.goto(EMPTY);
  const emptySession = await other.newCDPSession(empty);
  const rounds: Scrolled[] = [];
  for (let each = 0; each < ROUNDS; each++) rounds.push(await round(browser, wall, session, empty, emptySession, each % 2 === 0));
  await empty.close();
  await wall.bringToFront();
  await profile(session);

  const counts = z.object({ told: z.number(), calls: z.number() });
  const [before, began] = [await feed.ask("told", null, counts), performance.now()];
  const { minutes, heap } = await stand(session);
  const { told, calls } = await feed.ask("told", null, counts);
  const perSecond = (told - before.told) / ((performance.now() - began) / 1000);
  const shown = await wall.locator(".panel:has([role=grid]) footer span").first().textContent();
  if (faults.length > 0) throw new Error(`the page failed: ${faults.join("; ")}`);
  await context.close();

  const sum = (of: (each: (typeof minutes)[number]) => number): number => minutes.reduce((all, each) => all + of(each), 0);
  const [first = NaN] = heap;
  const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  const drift = Math.max(...heap.map((bytes) => Math.abs(bytes / first - 1))) * 100;
  const work = rounds.flatMap((each) => each.work);
  const share = (of: (each: Used) => number): string => `${((sum((each) => of(each.of)) / sum(({ of: { task } }) => task)) * 100).toFixed(0)} %`;
  return [
    {
      what: `a snapshot of ${calls} calls to the first rows, the loading of the page included (processor time of the main thread)`,
      measured: `median of ${LOADS} loads, the worst ${ms(Math.max(...loads.map(({ cpuMs }) => cpuMs)))}; by the clock, from the snapshot's first part: median ${ms(median(loads.map(({ wallMs }) => wallMs)))}, best ${ms(Math.min(...loads.map(({ wallMs }) => wallMs)))}`,
      value: median(loads.map(({ cpuMs }) => cpuMs)),
      unit: "ms",
      target: { atMost: TARGET.firstRowsMs },
    },
    {
      what: "processor time of the main thread while nobody touches the wall",
      measured: `${perSecond.toFixed(0)} events a second for ${MEASURED_S} s, the worst of ${minutes.length} parts ${Math.max(...minutes.map(({ percent }) => percent)).toFixed(1)} %; of it script ${share((of) => of.script)}, style ${share((of) => of.style)}, layout ${share((of) => of.layout)}; ${shown ?? "nothing"} shown`,
      value: sum(({ percent }) => percent) / minutes.length,
      unit: "%",
      target: { atMost: TARGET.idlePercent },
    },
    { what: "script, style and layout of a frame while somebody scrolls, p95 (processor time)", measured: `of ${work.length} frames: median ${ms(median(work))}, worst ${ms(Math.max(...work))}`, value: p95(work), unit: "ms", target: { atMost: TARGET.frameMs } },
    {
      what: "frames a second while somebody scrolls, of an empty page's",
      measured: `${median(rounds.map((each) => each.wall)).toFixed(1)} : ${median(rounds.map((each) => each.empty)).toFixed(1)} (medians of ${ROUNDS} rounds)`,
      value: median(rounds.map((each) => each.wall / each.empty)),
      unit: "x",
      target: { atLeast: TARGET.framesOfEmpty },
    },
    { what: "the heap's greatest distance from its beginning, each time after a collection", measured: `${mb(first)} at first, ${mb(Math.min(...heap))} to ${mb(Math.max(...heap))}, ${mb(heap.at(-1) ?? NaN)} at last, in ${MEASURED_S} s`, value: drift, unit: "%", target: { atMost: TARGET.heapPercent } },
  ];
}

export const page: Benchmark = {
  title: `The console's wall in a Chromium: ${CALLS} live calls of ${AGENTS} agents, ${EVENTS_PER_S} events a second`,
  async run() {
    const found = await findChromium();
    if ("missing" in found) throw new Error(found.missing);
    const built = temporaryDirectory();
    const switches = startSwitches();
    const callplane = await startCallplane();
    const feed = startChild(new URL("./page-feed-process.ts", import.meta.url));
    let browser: Browser | null = null;
    try {
      await buildConsole(built.path);
      // One call an agent: what thousands are to Callplane itself, other benchmarks show.
      const { eslUrl } = await openSwitch(switches, [{ domain: DOMAIN, extensions: agents, calls: AGENTS }], agents);
      const organizations = [{ domain: DOMAIN, extensions: agents, supervisors: [SUPERVISOR], departmentsOf }];
      const { port, tokens } = await callplane.ask("start", { eslUrl, organizations, console: { directory: built.path, password: PASSWORD } }, z.object({ port: z.number(), tokens: z.array(z.string()) }));
      const http = await HttpConnection.open(port, tokens[0] ?? "");
      try {
        await settled(http);
      } finally {
        http.close();
      }
      const opened = await feed.ask("open", { port, token: tokens[0] ?? "", calls: CALLS, perSecond: EVENTS_PER_S }, z.object({ port: z.number() }));
      browser = await chromium.launch({ executablePath: found.path });
      return await measure(browser, feed, `http://127.0.0.1:${opened.port}`);
    } finally {
      await browser?.close();
      await Promise.all([feed.close(), callplane.close()]);
      await switches.close();
      built.remove();
    }
  },
};
