/** Phones of two organizations on a real FreeSWITCH that asks Callplane who they are. */
import { createHash, randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { startCallplane, type RunningCallplane } from "../../src/callplane.js";
import { loadConfig } from "../../src/config.js";
import { openStore, type AgentRecord, type OrganizationRecord, type Store } from "../../src/store/index.js";
import type { FarSidePhone } from "../lab/far-side-config.js";
import { describeReal } from "../lab/describe-real.js";
import { createProvisionedLab, type ProvisionedLab } from "../lab/provisioned.js";
import { eventually } from "../lab/wait.js";

const phone = (name: string, user: string, domain: string, password = `${name} secret`): FarSidePhone => ({ name, user, domain, password });
const ACME = "acme.callplane.test";
const BETA = "beta.callplane.test";
const PHONES = [
  phone("acme-1001", "1001", ACME),
  phone("acme-1002", "1002", ACME),
  phone("acme-1003-wrong", "1003", ACME),
  phone("acme-1004", "1004", ACME),
  phone("acme-1005-once", "1005", ACME),
  phone("acme-1006-none", "1006", ACME, "none"),
  phone("beta-1001", "1001", BETA),
];

describeReal("a FreeSWITCH that Callplane provisions", await createProvisionedLab(PHONES), suite);

function suite(lab: ProvisionedLab): void {
  const folder = mkdtempSync(join(tmpdir(), "callplane-provisioning-"));
  const databaseUrl = `file:${join(folder, "callplane.db")}`;
  let store: Store;
  let acme: OrganizationRecord;
  let beta: OrganizationRecord;
  let callplane: RunningCallplane | null = null;

  const start = async (): Promise<void> => {
    const config = loadConfig({
      PORT: "0",
      LOG_LEVEL: "silent",
      DATABASE_URL: databaseUrl,
      AUDIT_KEY_FILE: join(folder, "audit-key"),
      JWT_SECRET: "0123456789abcdef0123456789abcdef",
      FREESWITCH_NODES: lab.eslUrl,
      PROVISIONING_LISTEN: `127.0.0.1:${lab.provisioningPort}`,
      PROVISIONING_SECRET: lab.secret,
      PROVISIONING_SNAPSHOT_DIR: lab.snapshotDir,
    });
    callplane = await startCallplane(config);
    await eventually("Callplane to be ready", async () => callplane !== null && (await fetch(`${callplane.url}/health/ready`)).status === 200);
  };
  const stop = async (): Promise<void> => {
    await callplane?.close();
    callplane = null;
  };
  const a1 = (user: string, domain: string, password: string): string => createHash("md5").update(`${user}:${domain}:${password}`).digest("hex");
  const agent = async (organization: OrganizationRecord, agentId: string, password: string | null): Promise<AgentRecord> => {
    const made = await store.agents.create({ organizationId: organization.id, agentId, name: `Agent <${agentId}> & "co"`.replaceAll(/[<>]/g, "'") });
    if (password !== null) await store.agents.setSipPassword(made.id, a1(agentId, organization.domain, password));
    return made;
  };
  const known = (user: string, domain: string, is = "true"): Promise<boolean> =>
    eventually(`FreeSWITCH to be told ${is} for ${user}@${domain}`, async () => (await lab.api(`user_exists id ${user} ${domain}`)) === is, { details: () => lab.logTail() });
  /** Resolves when the far side has an answered leg of the party, which is nobody else's. */
  const reaches = (party: string): Promise<boolean> => eventually(`${party} to be reached`, () => lab.parties.legs(party) > 0, { details: () => lab.logTail() });

  beforeAll(async () => {
    store = await openStore(databaseUrl);
    acme = await store.organizations.create({ name: "Acme Ltd.", domain: ACME });
    beta = await store.organizations.create({ name: "beta", domain: BETA });
    await store.departments.create(acme.id, "support", {});
    await agent(acme, "1001", "acme-1001 secret");
    await agent(acme, "1002", "acme-1002 secret");
    await agent(acme, "1003", "another secret");
    await agent(acme, "1006", null);
    await agent(beta, "1001", "beta-1001 secret");
    await store.phoneLines.create({ organizationId: acme.id, number: "+15550100001", targetType: "client", target: "1001" });
    await store.phoneLines.create({ organizationId: beta.id, number: "+15550200001", targetType: "client", target: "1001" });
    await store.phoneLines.create({ organizationId: acme.id, number: "+15550100002", targetType: "department", target: "support", recorded: true });
    await start();
  });
  afterEach(() => lab.parties.hangUpAll());
  afterAll(async () => {
    await stop();
    await store.close();
    await lab.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("lets phones register with the passwords of their agents, and refuses a wrong one and an agent without any", async () => {
    expect(await lab.register("acme-1001")).toBe("REGED");
    expect(await lab.register("acme-1002")).toBe("REGED");
    expect(await lab.register("beta-1001")).toBe("REGED");
    expect(await lab.register("acme-1003-wrong")).toMatch(/^FAIL/);
    expect(await lab.register("acme-1006-none")).toMatch(/^FAIL/);
  });

  it("refuses a deleted agent at the next registration", async () => {
    const gone = await agent(acme, "1004", "acme-1004 secret");
    await known("1004", ACME);
    expect(await lab.register("acme-1004")).toBe("REGED");
    await store.agents.remove(gone.id);
    await known("1004", ACME, "false");
    expect(await lab.register("acme-1004")).toMatch(/^FAIL/);
    await eventually("the snapshot to be without her", () => !readFileSync(join(lab.snapshotDir, "directory.xml"), "utf8").includes('id="1004"'));
  });

  it("takes a one-time password besides the agent's own until it expires", async () => {
    const made = await agent(acme, "1005", "her own secret");
    await store.agents.addSipCredential({ id: randomUUID(), agentRow: made.id, a1: a1("1005", ACME, "something else"), expiresAt: new Date(Date.now() + 60_000) });
    await known("1005", ACME);
    expect(await lab.register("acme-1005-once")).toMatch(/^FAIL/);
    await store.agents.addSipCredential({ id: randomUUID(), agentRow: made.id, a1: a1("1005", ACME, "acme-1005-once secret"), expiresAt: new Date(Date.now() + 60_000) });
    await eventually("the one-time password to fit", async () => (await lab.register("acme-1005-once")) === "REGED");
  });

  it("brings each organization's number to its own phone, and the same extension to the caller's own colleague", async () => {
    expect(await lab.register("acme-1001")).toBe("REGED");
    expect(await lab.register("beta-1001")).toBe("REGED");
    expect(await lab.callIn("+15559990001", "+15550200001")).toMatch(/^\+OK/);
    await reaches("beta-1001");
    expect(lab.parties.legs("acme-1001")).toBe(0);
    await lab.parties.hangUpAll();
    expect(await lab.callIn("+15559990002", "15550100001")).toMatch(/^\+OK/);
    await reaches("acme-1001");
    expect(lab.parties.legs("beta-1001")).toBe(0);
    await lab.parties.hangUpAll();
    expect(await lab.register("acme-1002")).toBe("REGED");
    expect(await lab.dial("acme-1002", "1001")).toMatch(/^\+OK/);
    await reaches("acme-1001");
    expect(lab.parties.legs("beta-1001")).toBe(0);
  });

  it("refuses a colleague of another organization, a department that is none, and a number that may not be dialled", async () => {
    expect(await lab.register("beta-1001")).toBe("REGED");
    expect(await lab.dial("beta-1001", "1002")).toMatch(/^-ERR/);
    expect(await lab.dial("beta-1001", "queue-support")).toMatch(/^-ERR/);
    expect(await lab.dial("beta-1001", "+12125551234")).toMatch(/^-ERR/);
    expect(await lab.callIn("+15559990003", "+15550999999")).toMatch(/^-ERR/);
  });

  it("parks who calls a department's line, with the department and the organization on the channel", async () => {
    expect(await lab.callIn("+15559990004", "+15550100002")).toMatch(/^\+OK/);
    const row = await eventually("the caller to be there", async () => /^([0-9a-f-]{36}),inbound,.*15559990004/m.exec(await lab.api("show channels"))?.[1]);
    const variable = (name: string): Promise<string> => lab.api(`uuid_getvar ${row} ${name}`);
    // The row's application is soon the music's, or that of our own state.
    await eventually("the caller to wait", async () => (await variable("callplane_queue")) === "support");
    expect([await variable("callplane_queue"), await variable("callplane_org"), await variable("domain_name"), await variable("callplane_recorded")]).toEqual(["support", "Acme Ltd.", ACME, "true"]);
    await lab.parties.hangUpAll();
    await eventually("a call detail record", () => readdirSync(lab.cdrDir).some((name) => name === `${row}.cdr.json`));
  });

  it("dials out by a trunk that was made while FreeSWITCH runs, and forgets it again", async () => {
    await store.trunks.create({ organizationId: acme.id, name: "acme-out", proxy: lab.trunkProxy, username: "u<&\"'", password: "p$w&\"<", networks: ["127.0.0.0/8"] });
    await store.organizations.update(acme.id, { dialString: "sofia/gateway/acme-out/{number}", allowedPrefixes: ["+1212"] });
    await eventually("FreeSWITCH to know the trunk", async () => /acme-out/.test(await lab.api("sofia status")), { details: () => lab.logTail() });
    await eventually("calls from its network to be let in", async () => (await lab.api("acl 127.0.0.1 trunks")) === "true");
    expect(await lab.register("acme-1002")).toBe("REGED");
    expect(await lab.dial("acme-1002", "+12125551234")).toMatch(/^\+OK/);
    await reaches("+12125551234");
    expect(await lab.dial("acme-1002", "+4930123456")).toMatch(/^-ERR/);
    await expect(store.trunks.remove(acme.id, "acme-out", null)).rejects.toMatchObject({ code: "InUse" });
    await store.organizations.update(acme.id, { dialString: "sofia/gateway/trunk/{number}" });
    await store.trunks.remove(acme.id, "acme-out", null);
    await eventually("FreeSWITCH to have forgotten the trunk", async () => !/acme-out/.test(await lab.api("sofia status")));
  });

  it("keeps phones, internal calls and inbound lines working from the snapshot while Callplane is down", async () => {
    expect(await lab.register("acme-1001")).toBe("REGED");
    expect(await lab.register("acme-1002")).toBe("REGED");
    await stop();
    expect(await lab.callIn("+15559990005", "+15550100001")).toMatch(/^\+OK/);
    await reaches("acme-1001");
    await lab.parties.hangUpAll();
    await lab.unregister("acme-1002");
    expect(await lab.register("acme-1002")).toBe("REGED");
    expect(await lab.register("acme-1003-wrong")).toMatch(/^FAIL/);
    expect(await lab.register("acme-1004")).toMatch(/^FAIL/);
    expect(await lab.register("acme-1006-none")).toMatch(/^FAIL/);
    expect(await lab.dial("acme-1002", "1001")).toMatch(/^\+OK/);
    await reaches("acme-1001");
    expect(await lab.dial("acme-1002", "+12125551234")).toMatch(/^-ERR/);
    expect(await lab.dial("beta-1001", "1002")).toMatch(/^-ERR/);
    await start();
    expect(await lab.register("acme-1002")).toBe("REGED");
  });
}
