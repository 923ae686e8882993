/** A phone whose credential was taken away rings no more: on a real FreeSWITCH, by every way in which credentials end. */
import { createHash, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { hashPassword } from "../../src/auth/index.js";
import { startCallplane, type RunningCallplane } from "../../src/callplane.js";
import { run } from "../../src/cli/index.js";
import { loadConfig } from "../../src/config.js";
import { openStore, type OrganizationRecord, type Store } from "../../src/store/index.js";
import { Client } from "../contract/harness.js";
import { describeReal } from "../lab/describe-real.js";
import { createProvisionedLab, type ProvisionedLab } from "../lab/provisioned.js";
import { SipAgent } from "../lab/sip-agent.js";
import { eventually } from "../lab/wait.js";

const DOMAIN = "acme.callplane.test";
const NUMBER = "+15550100001";
const PASSWORD = "correct horse battery staple";
const OWN = "the phone's own";
const MAX_S = 600;
const A_YEAR_S = 31_536_000;

describeReal("a credential that was taken away", await createProvisionedLab([]), suite);

function suite(lab: ProvisionedLab): void {
  const folder = mkdtempSync(join(tmpdir(), "callplane-withdrawn-"));
  const databaseUrl = `file:${join(folder, "callplane.db")}`;
  const environment = {
    PORT: "0", LOG_LEVEL: "silent", DATABASE_URL: databaseUrl, JWT_SECRET: "0123456789abcdef0123456789abcdef", FREESWITCH_NODES: lab.eslUrl, PROVISIONING_LISTEN: `127.0.0.1:${lab.provisioningPort}`,
    PROVISIONING_SECRET: lab.secret, PROVISIONING_SNAPSHOT_DIR: lab.snapshotDir, SIP_REGISTRATION_MAX_S: String(MAX_S),
  };
  const a1 = (user: string, password: string): string => createHash("md5").update(`${user}:${DOMAIN}:${password}`).digest("hex");
  const phones: SipAgent[] = [];
  let store: Store;
  let acme: OrganizationRecord;
  let callplane: RunningCallplane | null = null;
  let admin: Client;
  let next = 1000;

  const start = async (): Promise<void> => {
    callplane = await startCallplane(loadConfig(environment));
    await eventually("Callplane to be ready", async () => callplane !== null && (await fetch(`${callplane.url}/health/ready`)).status === 200);
  };
  const stop = async (): Promise<void> => {
    await callplane?.close();
    callplane = null;
  };
  const cli = async (...argv: string[]): Promise<void> => {
    let err = "";
    const code = await run(argv, { env: environment, stdin: Readable.from([""]), out: () => undefined, err: (text) => (err += text), flush: () => Promise.resolve() });
    expect({ code, err }).toEqual({ code: 0, err: "" });
  };
  /** Somebody new with a login, a line and a registered phone. */
  const somebody = async () => {
    const id = String(++next);
    const number = `${NUMBER.slice(0, -4)}${id}`;
    await store.users.create({ username: `u${id}`, organizationId: acme.id, role: "supervisor", agentId: id, passwordHash: await hashPassword(PASSWORD, { ln: 10, r: 8, p: 1 }) });
    const agent = await store.agents.find(acme.id, id);
    if (agent === null) throw new Error(id);
    await store.agents.setSipPassword(agent.id, a1(id, OWN));
    await store.phoneLines.create({ organizationId: acme.id, number, targetType: "client", target: id });
    const phone = await open(id, OWN);
    // The line was made by another process than the one that FreeSWITCH asks.
    await eventually("FreeSWITCH to be told of the agent", async () => (await lab.api(`user_exists id ${id} ${DOMAIN}`)) === "true");
    await eventually("the phone to be registered", async () => (await phone.register()).status === 200);
    await eventually("the line to be there", async () => rings(phone, number));
    return { id, agent, number, phone };
  };
  const open = async (user: string, password: string): Promise<SipAgent> => {
    const phone = await SipAgent.open({ user, domain: DOMAIN, password }, lab.sipPort);
    phones.push(phone);
    return phone;
  };
  /** Calls the number; whether the phone rang. */
  const rings = async (phone: SipAgent, number: string): Promise<boolean> => {
    const before = phone.rang.length;
    const outcome = await lab.callIn("+15559990001", number);
    await lab.parties.hangUpAll();
    const rang = phone.rang.length > before;
    if (rang !== outcome.startsWith("+OK")) throw new Error(`The phone ${rang ? "rang" : "did not ring"}, and the caller was told ${outcome}.`);
    return rang;
  };
  const gone = async (id: string, phone: SipAgent, number: string): Promise<void> => {
    await eventually("FreeSWITCH to have no contact", async () => (await lab.api(`sofia_contact internal/${id}@${DOMAIN}`)).startsWith("error/"));
    expect(await rings(phone, number)).toBe(false);
  };

  beforeAll(async () => {
    store = await openStore(databaseUrl);
    acme = await store.organizations.create({ name: "acme", domain: DOMAIN });
    await store.users.create({ username: "admin", organizationId: acme.id, role: "admin", passwordHash: await hashPassword(PASSWORD, { ln: 10, r: 8, p: 1 }) });
    await start();
    await store.trunks.create({ organizationId: acme.id, name: "acme-in", proxy: lab.trunkProxy, networks: ["127.0.0.0/8"], password: "", register: false });
    await eventually("calls from the trunk to be let in", async () => (await lab.api("acl 127.0.0.1 trunks")) === "true");
    const reply = await fetch(`${callplane?.url ?? ""}/login`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ username: "admin", password: PASSWORD }) });
    admin = new Client(() => callplane?.url ?? "", ((await reply.json()) as { token: string }).token);
  });
  afterEach(() => lab.parties.hangUpAll());
  afterAll(async () => {
    for (const phone of phones) phone.close();
    await stop();
    await store.close();
    await lab.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const lifetime = (contact: string | undefined): number => Number(/expires=(\d+)/.exec(contact ?? "")?.[1] ?? NaN);

  it("was good for a bounded time from the beginning, whatever the phone asked for", async () => {
    const { phone } = await somebody();
    const reply = await phone.register({ expires: A_YEAR_S });
    expect([reply.status, lifetime(reply.header("contact"))]).toEqual([200, MAX_S]);
    expect(lifetime((await phone.register({ expires: 120 })).header("contact"))).toBe(120);
  });

  it("by a reset over the API ends the registration before the answer; the new password works", async () => {
    const { id, number, phone } = await somebody();
    const reply = await admin.post(`/voiceconfig/voiceagents/${id}/credentials`);
    expect(reply.status).toBe(201);
    expect(await lab.api(`sofia_contact internal/${id}@${DOMAIN}`)).toMatch(/^error\//);
    expect(await rings(phone, number)).toBe(false);
    expect((await phone.register()).status).toBe(403);
    const { sip } = reply.body as { sip: { password: string } };
    const renewed = await open(id, sip.password);
    expect((await renewed.register()).status).toBe(200);
    expect([await rings(renewed, number), phone.rang.length]).toEqual([true, 1]);
  });

  it.each([
    ["user disable", (id: string) => ["user", "disable", `u${id}`]],
    ["user passwd", (id: string) => ["user", "passwd", `u${id}@${DOMAIN}`, "--password", "quite another one"]],
  ])("by the command line's %s ends the registration within seconds", async (_what, command) => {
    const { id, number, phone } = await somebody();
    await cli(...command(id));
    await gone(id, phone, number);
  });

  it("by a removed agent, by another role and by another extension ends the registration", async () => {
    for (const change of [
      // Refused while the line points to the agent, and until FreeSWITCH has told the end of the agent's call.
      async (id: string, number: string) => {
        expect(await admin.delete(`/voiceconfig/voiceagents/${id}`)).toMatchObject({ status: 409 });
        await store.phoneLines.remove(acme.id, number);
        await eventually("the agent to be removed", async () => (await admin.delete(`/voiceconfig/voiceagents/${id}`)).status === 200);
      },
      (id: string) => admin.put(`/voiceconfig/voiceagents/${id}`, { extension: `9${id}` }),
      async (id: string) => store.users.update((await store.users.findByAgent(acme.id, id))?.id ?? -1, { role: "agent" }),
    ]) {
      const { id, number, phone } = await somebody();
      await change(id, number);
      await eventually("FreeSWITCH to have no contact", async () => (await lab.api(`sofia_contact internal/${id}@${DOMAIN}`)).startsWith("error/"));
      expect(phone.rang).toHaveLength(1);
    }
  });

  it("by the end of a one-time password ends the registration that was made with it", async () => {
    const { id, agent, number, phone } = await somebody();
    await store.agents.setSipPassword(agent.id, null);
    await gone(id, phone, number);
    await store.agents.addSipCredential({ id: randomUUID(), agentRow: agent.id, a1: a1(id, "once"), expiresAt: new Date(Date.now() + 12_000) });
    const browser = await open(id, "once");
    const reply = await eventually("the one-time password to fit", async () => {
      const answer = await browser.register({ expires: A_YEAR_S });
      return answer.status === 200 && answer;
    });
    expect(lifetime(reply.header("contact"))).toBeLessThanOrEqual(12);
    expect(await rings(browser, number)).toBe(true);
    const begun = Date.now();
    await gone(id, browser, number);
    // FreeSWITCH itself keeps a registration for a minute more than it tells the phone.
    expect(Date.now() - begun).toBeLessThan(40_000);
    expect((await browser.register()).status).toBe(403);
  });

  it("while Callplane was away ends the registration when it is back", async () => {
    const { id, agent, number, phone } = await somebody();
    await stop();
    await store.agents.setSipPassword(agent.id, a1(id, "another"));
    expect((await lab.api(`sofia_contact internal/${id}@${DOMAIN}`)).startsWith("error/")).toBe(false);
    await start();
    await gone(id, phone, number);
    const renewed = await open(id, "another");
    expect((await renewed.register()).status).toBe(200);
    expect(await rings(renewed, number)).toBe(true);
  });
}
