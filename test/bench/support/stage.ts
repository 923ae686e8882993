/** Callplane beside a loaded switch, each in a process of its own. */
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { eventually } from "../../lab/wait.js";
import { buildPrograms, builtFrom } from "../../support/build.js";
import { temporaryDirectory } from "../../support/temporary.js";
import { startChild, type Child } from "./child.js";
import { HttpConnection } from "./http-client.js";

export interface Tenant {
  readonly domain: string;
  readonly extensions: readonly string[];
  readonly calls: number;
}

export interface CallLegs {
  readonly customer: string;
  readonly agent: string;
}

export interface Stage {
  readonly switches: Child;
  readonly switchId: number;
  readonly callplane: Child;
  readonly eslPort: number;
  readonly httpPort: number;
  /** One for each tenant. */
  readonly tokens: readonly string[];
  /** The calls of each tenant. */
  readonly calls: readonly (readonly CallLegs[])[];
  readonly databasePath: string;
  /** A connection with the rights of the first tenant's admin. */
  readonly http: HttpConnection;
  close(): Promise<void>;
}

const legs = z.array(z.object({ customer: z.string(), agent: z.string() }));

export interface LoadedSwitch {
  readonly switchId: number;
  readonly eslUrl: string;
  readonly port: number;
  readonly calls: readonly (readonly CallLegs[])[];
}

/** `BENCH_PROFILE` is a folder: each process of Callplane and of the switches writes there where its time went. */
const profiled = (): string[] => (process.env.BENCH_PROFILE === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${process.env.BENCH_PROFILE}`, "--cpu-prof-interval=200"]);

export const startSwitches = (): Child => startChild(new URL("../switch-process.ts", import.meta.url), { nodeOptions: profiled() });

/** `phones`: the registered extensions of the first tenant; a few unless given. */
export async function openSwitch(switches: Child, tenants: readonly Tenant[], phones?: readonly string[]): Promise<LoadedSwitch> {
  const opened = await switches.ask("open", { domain: tenants[0]?.domain ?? "lab.test", ...(phones === undefined ? {} : { phones }) }, z.object({ switchId: z.number(), eslUrl: z.string(), port: z.number() }));
  const calls: CallLegs[][] = [];
  for (const { domain, extensions, calls: count } of tenants) calls.push(await switches.ask("load", { switchId: opened.switchId, domain, count, extensions }, legs));
  return { ...opened, calls };
}

const CALLPLANE = "test/bench/callplane-process.ts";

/** Starts a process for Callplane, which is built as it is in production: what is measured is its own. */
export async function startCallplane(nodeOptions: readonly string[] = []): Promise<Child> {
  const built = temporaryDirectory();
  await buildPrograms([CALLPLANE], built.path);
  const child = startChild(pathToFileURL(builtFrom(CALLPLANE, built.path)), { isBuilt: true, nodeOptions: [...profiled(), ...nodeOptions] });
  return {
    ask: child.ask,
    async close() {
      await child.close();
      built.remove();
    },
  };
}

/** Resolves when Callplane knows every channel and has nothing left to write to the switch. */
export async function openStage(switches: Child, tenants: readonly Tenant[]): Promise<Stage> {
  const { switchId, eslUrl, port, calls } = await openSwitch(switches, tenants);
  const callplane = await startCallplane();
  try {
    const started = await callplane.ask("start", { eslUrl, organizations: tenants.map(({ domain, extensions }) => ({ domain, extensions })) }, z.object({ port: z.number(), tokens: z.array(z.string()), databasePath: z.string() }));
    const http = await HttpConnection.open(started.port, started.tokens[0] ?? "");
    await settled(http);
    return {
      switches,
      switchId,
      callplane,
      eslPort: port,
      httpPort: started.port,
      tokens: started.tokens,
      calls,
      databasePath: started.databasePath,
      http,
      async close() {
        http.close();
        await callplane.close();
      },
    };
  } catch (error) {
    await callplane.close();
    throw error;
  }
}

/** How long nothing may happen until nothing more is expected. */
const QUIET_MS = 250;

/** Resolves when the switch is reconciled, its state is written, and no event has come for a while. */
export async function settled(http: HttpConnection): Promise<void> {
  let since: number | null = null;
  let lastEvents = "";
  await eventually(
    "Callplane to have nothing to do",
    async () => {
      const { status } = await http.request("GET", "/health/ready");
      const { body } = await http.expect(200, "GET", "/metrics", { keepBody: true });
      const pending = /^callplane_state_writes_pending (\d+)$/m.exec(body)?.[1];
      const events = body.match(/^callplane_events_total\{.*$/gm)?.join() ?? "";
      const quiet = status === 200 && pending === "0" && events === lastEvents;
      lastEvents = events;
      since = quiet ? (since ?? performance.now()) : null;
      return since !== null && performance.now() - since > QUIET_MS;
    },
    { timeoutMs: 60_000, everyMs: 50 },
  );
}
