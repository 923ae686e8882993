/** A number with a menu on a real FreeSWITCH: its dialplan asks Callplane, the engine asks the application, and a second FreeSWITCH is the caller and the agent's phone. */
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { hashPassword } from "../../src/auth/index.js";
import { startCallplane, type RunningCallplane } from "../../src/callplane.js";
import type { CallView } from "../../src/calls/types.js";
import { loadConfig } from "../../src/config.js";
import { openStore, type Store } from "../../src/store/index.js";
import { describeReal } from "../lab/describe-real.js";
import { createProvisionedLab, type ProvisionedLab } from "../lab/provisioned.js";
import { eventually } from "../lab/wait.js";

const DOMAIN = "acme.callplane.test";
const PHONE = { name: "acme-1001", user: "1001", domain: DOMAIN, password: "acme-1001 secret" };
const LINE = "+15550100001";

describeReal("a number with a menu on a real FreeSWITCH", await createProvisionedLab([PHONE]), suite);

function suite(lab: ProvisionedLab): void {
  const folder = mkdtempSync(join(tmpdir(), "callplane-menu-"));
  let store: Store;
  let callplane: RunningCallplane;
  let token: string;
  let callers = 0;

  const get = async (path: string): Promise<{ readonly status: number; readonly body: unknown }> => {
    const reply = await fetch(`${callplane.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
    return { status: reply.status, body: await reply.json() };
  };
  /** The live call of this caller; null: there is none. */
  const callOf = async (from: string): Promise<CallView | null> => ((await get("/voicechannel/calls")).body as { readonly items: readonly CallView[] }).items.find((call) => call.from === from) ?? null;
  /** Calls in and presses the key until the call is as wished: a caller does not know when the menu begins. */
  const choose = async (key: string, isSo: (call: CallView) => boolean): Promise<CallView> => {
    const from = `+1555020${String(++callers).padStart(4, "0")}`;
    await lab.callIn(from, LINE);
    return eventually(
      `${key} to lead there`,
      async () => {
        const call = await callOf(from);
        if (call !== null && isSo(call)) return call;
        if (call?.state === "scripted") await lab.parties.press(from, key);
        return null;
      },
      { details: () => lab.logTail() },
    );
  };

  beforeAll(async () => {
    const databaseUrl = `file:${join(folder, "callplane.db")}`;
    store = await openStore(databaseUrl);
    const { id } = await store.organizations.create({ name: "acme", domain: DOMAIN, country: "US" });
    await store.departments.create(id, "support", {});
    const agent = await store.agents.create({ organizationId: id, agentId: "1001" });
    await store.agents.setSipPassword(agent.id, createHash("md5").update(`1001:${DOMAIN}:${PHONE.password}`).digest("hex"));
    await store.users.create({ username: "boss", organizationId: id, role: "admin", passwordHash: await hashPassword("a good password", { ln: 4, r: 8, p: 1 }) });
    const say = (text: string) => ({ type: "say", text }) as const;
    const config = await store.voiceConfigs.create(id, "Main", { greeting: say("1"), menu: { prompt: say("2"), keys: { 1: { type: "department", to: "support" }, 2: { type: "client", to: "1001" }, 3: { type: "voicemail" } }, tries: 10, timeoutS: 20, invalid: null } });
    await store.phoneLines.create({ organizationId: id, number: LINE, targetType: "config", target: String(config.id) });
    callplane = await startCallplane(
      loadConfig({
        PORT: "0",
        LOG_LEVEL: "silent",
        DATABASE_URL: databaseUrl,
        AUDIT_KEY_FILE: join(folder, "audit-key"),
        JWT_SECRET: "0123456789abcdef0123456789abcdef",
        FREESWITCH_NODES: lab.eslUrl,
        PROVISIONING_LISTEN: `127.0.0.1:${lab.provisioningPort}`,
        PROVISIONING_SECRET: lab.secret,
        RECORDINGS_DIR: lab.recordingsDir,
      }),
    );
    await eventually("Callplane to be ready", async () => (await fetch(`${callplane.url}/health/ready`)).status === 200);
    const reply = await fetch(`${callplane.url}/login`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ username: "boss", password: "a good password" }) });
    ({ token } = (await reply.json()) as { readonly token: string });
    expect(await lab.register(PHONE.name)).toBe("REGED");
  });
  afterEach(() => lab.parties.hangUpAll());
  afterAll(async () => {
    await callplane.close();
    await store.close();
    await lab.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("leads a caller who presses the key into the department", async () => {
    expect(await choose("1", ({ state }) => state === "queued")).toMatchObject({ department: "support", to: LINE });
  });

  it("lets the caller talk to the agent whom the key names", async () => {
    expect(await choose("2", ({ state }) => state === "active")).toMatchObject({ assignedTo: "1001" });
    expect(lab.parties.legs(PHONE.name)).toBeGreaterThan(0);
  });

  it("records a message, which the call's record has", async () => {
    const { id } = await choose("3", ({ recording }) => recording);
    await lab.parties.hangUpAll();
    await eventually("the record with its recording", async () => {
      const { status, body } = await get(`/voiceconfig/calllogs/${id}`);
      const record = body as { readonly endedAt: string | null; readonly recordings: readonly unknown[] };
      return status === 200 && record.endedAt !== null && record.recordings.length > 0;
    });
  });
}
