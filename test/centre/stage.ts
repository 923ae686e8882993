/** A contact centre made over the API alone, on a FreeSWITCH that Callplane provisions. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashPassword } from "../../src/auth/index.js";
import { startCallplane, type CallplaneOptions, type RunningCallplane } from "../../src/callplane.js";
import { loadConfig } from "../../src/config.js";
import { openStore } from "../../src/store/index.js";
import { Client, PASSWORD } from "../contract/harness.js";
import type { ProvisionedLab } from "../lab/provisioned.js";
import { eventually } from "../lab/wait.js";

export const DOMAIN = "centre.callplane.test";
/** Callers of this number wait in the department `support`; the store has no route for lines yet. */
export const SUPPORT_LINE = "+12125550301";
export const COUNTRY = "+1212";

/** Hertz of what callers hear that is nobody's voice; no party speaks so high. */
export const SOUNDS = { place: 3370, music: 3440 };

export interface Hired {
  readonly extension: string;
  /** The name of her phone in the lab, and of her tone. */
  readonly phone: string;
  readonly sip: { readonly user: string; readonly domain: string; readonly password: string };
}

export interface Centre {
  readonly admin: Client;
  login(username: string): Promise<Client>;
  /** Makes an agent, and a phone that has her credentials. */
  hire(...agents: readonly Readonly<Record<string, unknown> & { extension: string }>[]): Promise<readonly Hired[]>;
  start(options?: { readonly second?: boolean }): Promise<void>;
  stop(): Promise<void>;
  close(): Promise<void>;
}

export async function openCentre(lab: ProvisionedLab, environment: Readonly<Record<string, string>> = {}, options: CallplaneOptions = {}): Promise<Centre> {
  const folder = mkdtempSync(join(tmpdir(), "callplane-centre-"));
  const databaseUrl = `file:${join(folder, "callplane.db")}`;
  const store = await openStore(databaseUrl);
  const { id } = await store.organizations.create({ name: "centre", domain: DOMAIN });
  await store.organizations.update(id, { allowedPrefixes: [COUNTRY], departments: ["support"], dialString: "sofia/gateway/centre-out/{number}" });
  await store.users.create({ username: "admin", organizationId: id, role: "admin", passwordHash: await hashPassword(PASSWORD, { ln: 10, r: 8, p: 1 }) });
  await store.phoneLines.create({ organizationId: id, number: SUPPORT_LINE, targetType: "department", target: "support" });
  await store.trunks.create({ organizationId: id, name: "centre-out", proxy: lab.trunkProxy });
  await store.close();

  let running: RunningCallplane | null = null;
  const url = (): string => running?.url ?? "http://127.0.0.1:9";
  const start: Centre["start"] = async ({ second = false } = {}) => {
    const port = second ? lab.secondProvisioningPort : lab.provisioningPort;
    running ??= await startCallplane(
      loadConfig({
        PORT: "0",
        LOG_LEVEL: process.env.CONTRACT_LOG ?? "silent",
        DATABASE_URL: databaseUrl,
        AUDIT_KEY_FILE: join(folder, "audit-key"),
        JWT_SECRET: "0123456789abcdef0123456789abcdef",
        FREESWITCH_NODES: lab.eslUrl,
        PROVISIONING_LISTEN: `127.0.0.1:${port}`,
        PROVISIONING_SECRET: lab.secret,
        PROVISIONING_SNAPSHOT_DIR: lab.snapshotDir,
        CDR_DIR: lab.cdrDir,
        RECORDINGS_DIR: lab.recordingsDir,
        HEARTBEAT_S: "600",
        RATE_LIMIT_PER_MINUTE: "100000",
        RING_TIMEOUT_S: "5",
        QUEUE_POSITION_SOUNDS: `tone_stream://%(1500,0,${SOUNDS.place})`,
        ...environment,
      }),
      { restMs: 300, ...options },
    );
    await eventually("Callplane to be ready", async () => (await fetch(`${url()}/health/ready`).catch(() => null))?.status === 200);
  };
  const stop = async (): Promise<void> => {
    await running?.close();
    running = null;
  };
  const login = async (username: string): Promise<Client> => {
    const reply = await new Client(url, "").post("/login", { username, password: PASSWORD });
    if (reply.status !== 200) throw new Error(`login of ${username}: ${reply.status} ${JSON.stringify(reply.body)}`);
    return new Client(url, (reply.body as { token: string }).token);
  };
  await start();
  const admin = await login("admin");
  return {
    admin,
    login,
    async hire(...agents) {
      const hired: Hired[] = [];
      for (const agent of agents) {
        const reply = await admin.post("/voiceconfig/voiceagents", agent);
        if (reply.status !== 201) throw new Error(`hiring ${agent.extension}: ${reply.status} ${JSON.stringify(reply.body)}`);
        hired.push({ extension: agent.extension, phone: agent.extension, sip: (reply.body as Hired).sip });
      }
      await lab.enrol(...hired.map(({ phone, sip }) => ({ name: phone, ...sip })));
      return hired;
    },
    start,
    stop,
    async close() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
