/** Callplane as it is started in production, in a process of its own. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { issueServiceToken, signingSecret } from "../../src/auth/index.js";
import { startCallplane, type RunningCallplane } from "../../src/callplane.js";
import { loadConfig } from "../../src/config.js";
import { openStore } from "../../src/store/index.js";
import { serve } from "./support/child.js";

const start = z.object({ eslUrl: z.string(), organizations: z.array(z.object({ domain: z.string(), extensions: z.array(z.string()), departmentsOf: z.array(z.array(z.string())).optional() })) });

const folder = mkdtempSync(join(tmpdir(), "callplane-bench-"));
const databasePath = join(folder, "callplane.db");
let running: RunningCallplane | null = null;

serve(
  {
    /** Gives the address, for each organization a token that sees all of it, and where the database is. */
    start: async (argument) => {
      const { eslUrl, organizations } = start.parse(argument);
      const config = loadConfig({
        PORT: "0",
        LOG_LEVEL: "error",
        DATABASE_URL: `file:${databasePath}`,
        JWT_SECRET: "a secret of the benchmark's, long enough",
        FREESWITCH_NODES: eslUrl,
        PROVISIONING_LISTEN: "off",
        RATE_LIMIT_PER_MINUTE: "1000000",
        HEARTBEAT_S: "3600",
      });
      const store = await openStore(config.databaseUrl);
      const secret = await signingSecret(config.jwtSecret, config.jwtSecretFile);
      const tokens: string[] = [];
      for (const [index, { domain, extensions, departmentsOf = [] }] of organizations.entries()) {
        const organization = await store.organizations.create({ name: `org${index}`, domain });
        for (const agentId of extensions) await store.users.create({ username: `u${index}-${agentId}`, organizationId: organization.id, role: "agent", agentId, passwordHash: "none" });
        for (const name of new Set(departmentsOf.flat())) await store.departments.create(organization.id, name, {});
        if (departmentsOf.length > 0) for (const { id, agentId } of await store.agents.list(organization.id)) await store.agents.update(id, { departments: departmentsOf[extensions.indexOf(agentId)] ?? [] });
        tokens.push((await issueServiceToken(store, secret, { name: "bench", organization, role: "admin", permissions: null, lifetimeMs: 3_600_000 })).token);
      }
      await store.close();
      running = await startCallplane(config);
      return { port: Number(new URL(running.url).port), tokens, databasePath };
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
