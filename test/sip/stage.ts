/** Two organizations with phones and trunks of the test's own, on one real FreeSWITCH: served by Callplane, from its snapshot while it is down, or from FreeSWITCH's own files. */
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashPassword } from "../../src/auth/index.js";
import { startCallplane, type RunningCallplane } from "../../src/callplane.js";
import { loadConfig } from "../../src/config.js";
import { openStore } from "../../src/store/index.js";
import { Client, PASSWORD } from "../contract/harness.js";
import { SipAgent, type SipIdentity } from "../lab/sip-agent.js";
import type { SwitchAlone } from "../lab/switch-alone.js";
import { eventually } from "../lab/wait.js";

export const ACME = "acme.test";
export const GLOBEX = "globex.test";
/** What acme's agents may dial; 1002 is limited further, to `OWN`. */
export const ALLOWED = "+4420";
export const OWN = "+1212";
/** Of acme, in its department. */
export const SUPPORT_LINE = "+12125550100";
/** Of acme's agent 1002. */
export const AGENT_LINE = "+12125550102";
export const GLOBEX_LINE = "+12125550200";

export interface Leg {
  readonly uuid: string;
  readonly name: string;
  readonly direction: string;
  readonly presenceId: string;
  readonly partner: string;
}

export interface SipStage {
  readonly lab: SwitchAlone;
  /** A phone with these credentials; it has not registered. */
  phone(user: string, domain: string): Promise<SipAgent>;
  /** The same, registered: throws when FreeSWITCH does not take it. */
  /** `beside`: besides the user's other phones. */
  registered(user: string, domain: string, options?: { readonly beside?: boolean }): Promise<SipAgent>;
  /** Where the trunks' gateways send their calls. */
  trunk(): Promise<SipAgent>;
  login(username: string): Promise<Client>;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** The live legs, as FreeSWITCH's own threads know them. */
  legs(): Promise<readonly Leg[]>;
  /** Ends every call and closes the phones that were opened. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

const a1 = (user: string, domain: string, password: string): string => createHash("md5").update(`${user}:${domain}:${password}`).digest("hex");

export async function openSipStage(lab: SwitchAlone): Promise<SipStage> {
  const folder = mkdtempSync(join(tmpdir(), "callplane-sip-"));
  const databaseUrl = `file:${join(folder, "callplane.db")}`;
  const passwordHash = await hashPassword(PASSWORD, { ln: 10, r: 8, p: 1 });
  const store = await openStore(databaseUrl);
  for (const [name, domain, users] of [["acme", ACME, ["1001", "1002", "1003"]], ["globex", GLOBEX, ["1001", "2001"]]] as const) {
    const { id } = await store.organizations.create({ name, domain });
    await store.organizations.update(id, { allowedPrefixes: [ALLOWED, OWN], departments: ["support"], dialString: `sofia/gateway/${name}-out/{number}` });
    await store.trunks.create({ organizationId: id, name: `${name}-out`, proxy: `127.0.0.1:${lab.trunkPort}`, networks: ["127.0.0.0/8"] });
    for (const user of users) {
      const agent = await store.agents.create({ organizationId: id, agentId: user, name: `Agent ${user}` });
      await store.agents.setSipPassword(agent.id, a1(user, domain, lab.phonePassword));
      if (name === "acme" && user === "1002") await store.agents.update(agent.id, { allowedPrefixes: [OWN], departments: ["support"] });
    }
    await store.users.create({ username: `${name}-admin`, organizationId: id, role: "admin", passwordHash });
    await store.users.create({ username: `${name}-1001`, organizationId: id, role: "agent", agentId: "1001", passwordHash, departments: ["*"] });
    if (name === "acme") await store.phoneLines.create({ organizationId: id, number: AGENT_LINE, targetType: "client", target: "1002" });
    await store.phoneLines.create(name === "acme" ? { organizationId: id, number: SUPPORT_LINE, targetType: "department", target: "support" } : { organizationId: id, number: GLOBEX_LINE, targetType: "client", target: "2001" });
  }
  await store.close();
  const opened: SipAgent[] = [];
  let running: RunningCallplane | null = null;
  const url = (): string => running?.url ?? "http://127.0.0.1:9";
  const phone = async (user: string, domain: string): Promise<SipAgent> => {
    const identity: SipIdentity = { user, domain, password: lab.phonePassword };
    const agent = await SipAgent.open(identity, lab.sipPort);
    opened.push(agent);
    return agent;
  };
  const legs = async (): Promise<readonly Leg[]> => {
    // The table lags behind; a leg that `uuid_dump` does not find is gone.
    const { rows = [] } = JSON.parse(await lab.api("show channels as json")) as { rows?: { uuid: string }[] };
    const dumps = await Promise.all(rows.map(async ({ uuid }) => lab.api(`uuid_dump ${uuid} json`)));
    return dumps
      .filter((dump) => dump.startsWith("{"))
      .map((dump) => JSON.parse(dump) as Record<string, string>)
      .map((dump) => ({ uuid: dump["Unique-ID"] ?? "", name: dump["Channel-Name"] ?? "", direction: dump["Call-Direction"] ?? "", presenceId: dump["Channel-Presence-ID"] ?? "", partner: dump["variable_bridge_to"] ?? dump["variable_signal_bond"] ?? "" }));
  };
  return {
    lab,
    phone,
    async registered(user, domain, { beside = false } = {}) {
      // Otherwise the phones of earlier tests would ring too.
      if (!beside) await lab.api(`sofia profile internal flush_inbound_reg ${user}@${domain}`);
      const agent = await phone(user, domain);
      const { status } = await agent.register();
      if (status !== 200) throw new Error(`${user}@${domain} could not register: ${status}`);
      return agent;
    },
    async trunk() {
      const agent = await SipAgent.open({ user: "trunk", domain: "trunk.test", password: "" }, lab.trunkSipPort, lab.trunkPort);
      opened.push(agent);
      return agent;
    },
    async login(username) {
      const reply = await new Client(url, "").post("/login", { username, password: PASSWORD });
      if (reply.status !== 200) throw new Error(`login of ${username}: ${reply.status} ${JSON.stringify(reply.body)}`);
      return new Client(url, (reply.body as { token: string }).token);
    },
    async start() {
      running ??= await startCallplane(
        loadConfig({
          PORT: "0",
          LOG_LEVEL: process.env.CONTRACT_LOG ?? "silent",
          DATABASE_URL: databaseUrl,
          JWT_SECRET: "0123456789abcdef0123456789abcdef",
          FREESWITCH_NODES: lab.eslUrl,
          PROVISIONING_LISTEN: `127.0.0.1:${lab.provisioningPort}`,
          PROVISIONING_SECRET: lab.secret,
          PROVISIONING_SNAPSHOT_DIR: lab.snapshotDir,
          RATE_LIMIT_PER_MINUTE: "100000",
          RING_TIMEOUT_S: "5",
        }),
        { restMs: 300 },
      );
      await eventually("Callplane to be ready", async () => (await fetch(`${url()}/health/ready`).catch(() => null))?.status === 200);
    },
    async stop() {
      await running?.close();
      running = null;
    },
    legs,
    async clear() {
      await lab.api("hupall");
      await eventually("every call to have ended", async () => (await legs()).length === 0, { details: () => lab.logTail() });
      for (const agent of opened.splice(0)) agent.close();
    },
    async close() {
      await running?.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
