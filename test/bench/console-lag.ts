/**
 * How soon the supervisor sees what happens: from the moment of the event, by Callplane's clock, to the change on the wall in a real Chromium on the same machine. Once on a
 * wall on which nothing else happens, and once while other calls change all the time.
 */
import { chromium, type Page } from "playwright-core";
import { z } from "zod";
import { findChromium } from "../browser/chromium.js";
import { buildConsole } from "../support/build.js";
import { temporaryDirectory } from "../support/temporary.js";
import { startChild } from "./support/child.js";
import type { Benchmark, Finding } from "./support/finding.js";
import { HttpConnection } from "./support/http-client.js";
import { median, ms, p95 } from "./support/measure.js";
import { openSwitch, settled, startSwitches } from "./support/stage.js";

const DOMAIN = "lab.test";
const SUPERVISOR = "3000";
const PASSWORD = "a password of the benchmark's";
/** Calls on which the acts are measured; each ends with another agent. */
const MEASURED = 25;
/** Calls that change meanwhile, each with a connection of its own. */
const OTHERS = 60;
const BUSY = 6;
/** Of the measured calls. */
const MOST_REFUSED = 3;
const STEP_MS = 60_000;
const TARGET_MS = 200;

const range = (from: number, count: number): readonly string[] => Array.from({ length: count }, (_, index) => String(from + index));
const owners = range(2000, 2 * MEASURED);
const targets = range(4000, 2 * MEASURED);
const consulted = "5000";
const others = range(6000, OTHERS);

const ACTS = ["hold", "resume", "consult", "transfer"] as const;
type Act = (typeof ACTS)[number];

const Seen = z.object({ at: z.number(), cameAt: z.number(), shownAt: z.number() });
const Token = z.object({ port: z.number(), tokens: z.array(z.string()) });
const Call = z.object({ from: z.string(), state: z.string() });

/** In the page: `watch` gives the moment of the first event that proves an act, when it came, and when the row said so. */
const WATCH = `{
  const proved = { hold: (call) => call.state === "held" && call.consult === null, resume: (call) => call.state === "active", consult: (call) => call.consult !== null, transfer: (call, to) => call.assignedTo === to && call.state === "active" };
  let watched = null;
  globalThis.WebSocket = class extends WebSocket {
    constructor(...of) {
      super(...of);
      this.addEventListener("message", ({ data }) => {
        if (watched === null || watched.at !== null) return;
        const { at, data: { call } } = JSON.parse(data);
        if (call?.id !== watched.id || !proved[watched.act](call, watched.to)) return;
        watched.at = Date.parse(at);
        watched.cameAt = Date.now();
      });
    }
  };
  new MutationObserver(() => {
    if (watched === null || watched.at === null || !document.getElementById("call-" + watched.id)?.textContent.includes(watched.text)) return;
    watched.seen({ at: watched.at, cameAt: watched.cameAt, shownAt: Date.now() });
    watched = null;
  }).observe(document, { subtree: true, childList: true, characterData: true });
  globalThis.watch = (wanted) => (globalThis.watching = new Promise((seen) => (watched = { ...wanted, at: null, cameAt: 0, seen })));
}`;

class Acts {
  constructor(
    private readonly address: string,
    private readonly token: string,
  ) {}

  async ask(method: "GET" | "POST", path: string, body?: object): Promise<unknown> {
    const response = await fetch(this.address + path, { method, headers: { authorization: `Bearer ${this.token}`, ...(body === undefined ? {} : { "content-type": "application/json" }) }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === "" ? null : JSON.parse(text);
  }

  post(id: string, act: string, body: object = {}): Promise<unknown> {
    return this.ask("POST", `/voicechannel/calls/${id}:${act}`, body);
  }
}

/** Other calls are held and resumed while the work is done; gives how often a second. */
async function whileOthersChange<T>(acts: Acts, ids: readonly string[], work: () => Promise<T>): Promise<{ readonly found: T; readonly perSecond: number }> {
  let isOn = true;
  let done = 0;
  const one = async (own: readonly string[]): Promise<void> => {
    for (let index = 0; isOn; index++) {
      const id = own[index % own.length] ?? "";
      // One that comes to its limit changes nothing.
      for (const act of ["hold", "resume"]) await acts.post(id, act).then(() => done++, () => undefined);
    }
  };
  const running = Array.from({ length: BUSY }, (_, index) => one(ids.filter((_id, at) => at % BUSY === index)));
  const began = performance.now();
  try {
    const found = await work();
    return { found, perSecond: done / ((performance.now() - began) / 1000) };
  } finally {
    isOn = false;
    await Promise.all(running);
  }
}

type Figures = Record<Act, { readonly shown: number[]; readonly came: number[] }>;

async function measure(wall: Page, acts: Acts, calls: readonly { readonly id: string; readonly target: string }[]): Promise<Figures> {
  const figures: Figures = { hold: { shown: [], came: [] }, resume: { shown: [], came: [] }, consult: { shown: [], came: [] }, transfer: { shown: [], came: [] } };
  let refused = 0;
  for (const { id, target } of calls) {
    const { from } = Call.parse(await acts.ask("GET", `/voicechannel/calls/${id}`));
    // Its row must be one of those that are drawn.
    await wall.getByPlaceholder("Filter").fill(from);
    await wall.locator(`#call-${id}`).waitFor();
    const seen = async (act: Act, text: string, work: () => Promise<unknown>): Promise<void> => {
      await wall.evaluate(`void watch(${JSON.stringify({ id, act, to: target, text })})`);
      const told = wall.evaluate("watching");
      // It ends with the browser when the act is refused.
      told.catch(() => undefined);
      await work();
      const { at, cameAt, shownAt } = Seen.parse(await told);
      figures[act].shown.push(shownAt - at);
      figures[act].came.push(cameAt - at);
    };
    const all = async (): Promise<void> => {
      await seen("hold", "On hold", () => acts.post(id, "hold"));
      await seen("resume", "Talking", () => acts.post(id, "resume"));
      await seen("consult", "Consulting", () => acts.post(id, "consult", { type: "client", to: consulted }));
      await acts.post(id, "cancel");
      await seen("transfer", target, () => acts.post(id, "transfer", { type: "client", to: target }));
    };
    // On a machine that stands still for seconds, a command may come to its limit: the page is what is measured.
    await all().catch((error: unknown) => {
      if (++refused > MOST_REFUSED) throw error;
    });
  }
  return figures;
}

const findings = (figures: Figures, when: string): readonly Finding[] =>
  ACTS.map((act) => {
    const { shown, came } = figures[act];
    return { what: `${act}, ${when}: from the event's moment to the change on the wall, p95`, measured: `of ${shown.length}: median ${ms(median(shown))}, worst ${ms(Math.max(...shown))}; until the event had come to the page: median ${ms(median(came))}`, value: p95(shown), unit: "ms", target: { atMost: TARGET_MS } };
  });

export const consoleLag: Benchmark = {
  title: "The supervisor's wall in a Chromium: how soon a change is seen",
  async run() {
    const found = await findChromium();
    if ("missing" in found) throw new Error(found.missing);
    const built = temporaryDirectory();
    const switches = startSwitches();
    const callplane = startChild(new URL("./callplane-process.ts", import.meta.url));
    try {
      await buildConsole(built.path);
      const agents = [...owners, ...others, ...targets, consulted];
      const { eslUrl, calls: [calls = []] } = await openSwitch(switches, [{ domain: DOMAIN, extensions: [...owners, ...others], calls: owners.length + others.length }], [...agents, SUPERVISOR]);
      const { port, tokens: [token = ""] } = await callplane.ask("start", { eslUrl, organizations: [{ domain: DOMAIN, extensions: agents, supervisors: [SUPERVISOR] }], console: { directory: built.path, password: PASSWORD } }, Token);
      const http = await HttpConnection.open(port, token);
      await settled(http).finally(() => http.close());
      const address = `http://127.0.0.1:${port}`;
      const acts = new Acts(address, token);
      const browser = await chromium.launch({ executablePath: found.path });
      try {
        const context = await browser.newContext({ viewport: { width: 1920, height: 1080 }, reducedMotion: "reduce" });
        context.setDefaultTimeout(STEP_MS);
        const wall = await context.newPage();
        await wall.addInitScript({ content: WATCH });
        await wall.goto(`${address}/login`);
        await wall.getByLabel("User name", { exact: true }).fill(`s0-${SUPERVISOR}`);
        await wall.getByLabel("Password", { exact: true }).fill(PASSWORD);
        await wall.getByRole("button", { name: "Sign in" }).click();
        await wall.locator(".call-row").first().waitFor();
        const own = calls.slice(0, owners.length).map(({ customer }, index) => ({ id: customer, target: targets[index] ?? "" }));
        const quiet = await measure(wall, acts, own.slice(0, MEASURED));
        const { found: busy, perSecond } = await whileOthersChange(acts, calls.slice(owners.length).map(({ customer }) => customer), () => measure(wall, acts, own.slice(MEASURED)));
        return [...findings(quiet, "nothing else happens"), ...findings(busy, `${perSecond.toFixed(0)} acts on other calls a second`)];
      } finally {
        await browser.close();
      }
    } finally {
      await callplane.close();
      await switches.close();
      built.remove();
    }
  },
};
