/** Callplane as it is started in production, in a process of its own. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { z } from "zod";
import { hashPassword, issueServiceToken, signingSecret } from "../../src/auth/index.js";
import { issueToken } from "../../src/auth/tokens.js";
import { startCallplane, type RunningCallplane } from "../../src/callplane.js";
import { loadConfig, type Config } from "../../src/config.js";
import { openStore } from "../../src/store/index.js";
import { eventually } from "../lab/wait.js";
import { serve } from "./support/child.js";

const start = z.object({
  eslUrl: z.string(),
  /** Where the console is built, and with what the supervisors log in; without it nobody can. */
  console: z.object({ directory: z.string(), password: z.string() }).optional(),
  organizations: z.array(z.object({ domain: z.string(), extensions: z.array(z.string()), supervisors: z.array(z.string()).optional(), departmentsOf: z.array(z.array(z.string())).optional() })),
});

const folder = mkdtempSync(join(tmpdir(), "callplane-bench-"));
const databasePath = join(folder, "callplane.db");
let running: RunningCallplane | null = null;
let config: Config | null = null;
const LAG_RESOLUTION_MS = 1;
const lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
let usedBefore = process.cpuUsage();

serve(
  {
    /** Gives the address, for each organization a token that sees all of it, those of agents and supervisors where consoles are wanted, and where the database is. */
    start: async (argument) => {
      const { eslUrl, organizations, console: page } = start.parse(argument);
      config = loadConfig({
        PORT: "0",
        LOG_LEVEL: "error",
        DATABASE_URL: `file:${databasePath}`,
        JWT_SECRET: "a secret of the benchmark's, long enough",
        FREESWITCH_NODES: eslUrl,
        PROVISIONING_LISTEN: "off",
        RATE_LIMIT_PER_MINUTE: "1000000",
        HEARTBEAT_S: "3600",
        SIP_WSS_URL: "off",
      });
      const passwordHash = page === undefined ? "none" : await hashPassword(page.password);
      const store = await openStore(config.databaseUrl);
      const secret = await signingSecret(config.jwtSecret, config.jwtSecretFile);
      const tokens: string[] = [];
      const consoles: string[] = [];
      for (const [index, { domain, extensions, supervisors, departmentsOf = [] }] of organizations.entries()) {
        const organization = await store.organizations.create({ name: `org${index}`, domain });
        const tokenOf = async (username: string, role: "agent" | "supervisor", agentId: string): Promise<void> => {
          const { id } = await store.users.create({ username, organizationId: organization.id, role, agentId, passwordHash: role === "agent" ? "none" : passwordHash });
          if (supervisors !== undefined) consoles.push((await issueToken(store, secret, { userId: id, name: username, organization, role, agentId, permissions: null }, { lifetimeMs: 3_600_000 })).token);
        };
        for (const agentId of extensions) await tokenOf(`u${index}-${agentId}`, "agent", agentId);
        for (const agentId of supervisors ?? []) await tokenOf(`s${index}-${agentId}`, "supervisor", agentId);
        for (const name of new Set(departmentsOf.flat())) await store.departments.create(organization.id, name, {});
        if (departmentsOf.length > 0) for (const { id, agentId } of await store.agents.list(organization.id)) if (extensions.includes(agentId)) await store.agents.update(id, { departments: departmentsOf[extensions.indexOf(agentId)] ?? [] });
        tokens.push((await issueServiceToken(store, secret, { name: "bench", organization, role: "admin", permissions: null, lifetimeMs: 3_600_000 })).token);
      }
      await store.close();
      running = await startCallplane(config, page === undefined ? {} : { consoleDirectory: page.directory });
      return { port: Number(new URL(running.url).port), tokens, consoles, databasePath };
    },
    /** From here to `end`: processor time. */
    begin: () => {
      usedBefore = process.cpuUsage();
    },
    end: () => {
      const { user, system } = process.cpuUsage(usedBefore);
      return { cpuMs: (user + system) / 1000, rssMb: process.memoryUsage.rss() / 1024 / 1024 };
    },
    /** From here to `lag`: how late the event loop is. */
    watchLag: () => {
      lag.enable();
      lag.reset();
    },
    lag: () => {
      const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - LAG_RESOLUTION_MS);
      lag.disable();
      return { p99Ms: late(lag.percentile(99)), maxMs: late(lag.max) };
    },
    /** As SIGTERM and the next start do, on another port. */
    restart: async () => {
      if (config === null) throw new Error("it was not started");
      await running?.close({ drainMs: 100 });
      running = await startCallplane(config);
      await eventually("Callplane to be ready", async () => (await fetch(`${running?.url ?? ""}/health/ready`)).status === 200, { timeoutMs: 20_000, everyMs: 20 });
      return { port: Number(new URL(running.url).port) };
    },
    cpuMs: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    },
  },
  async () => {
    await running?.close();
    rmSync(folder, { recursive: true, force: true });
  },
);
