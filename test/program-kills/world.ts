/** All that a run holds: the switch, the application, Callplane, one organization with its lines and phones. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Callplane } from "../chaos/callplane.js";
import { Client, Tenants } from "../chaos/client.js";
import type { Journal } from "../chaos/journal.js";
import { organizationOf, PASSWORD, writePeople, type Organization } from "../chaos/people.js";
import type { Phone } from "../chaos/switch.js";
import { openStore } from "../../src/store/index.js";
import { buildProduct, mainOf } from "../support/build.js";
import { Application } from "./server.js";
import type { KillSwitch, OpenSwitch } from "./switch.js";

export interface Account {
  readonly sid: string;
  readonly authToken: string;
}

export interface World {
  readonly folder: string;
  readonly databaseUrl: string;
  readonly fs: KillSwitch;
  readonly application: Application;
  readonly callplane: Callplane;
  readonly organization: Organization;
  readonly account: Account;
  readonly admin: Client;
  readonly journal: Journal;
  /** Numbers whose program falls back to a URL, to a department, and to nothing. */
  readonly lines: { readonly url: string; readonly department: string; readonly nothing: string };
  /** Gives where logs and database are kept, or null when nothing was violated. */
  close(): Promise<string | null>;
}

/** Answers, is busy, and lets it ring, in this order. */
export const PHONES = ["1001", "1002", "1003"] as const;
const DEPARTMENT = "support";

/** @param built what `buildProduct` has made; null: it is made */
export async function openWorld(journal: Journal, openSwitch: OpenSwitch, built: string | null): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), "callplane-kills-"));
  const undo: (() => Promise<void> | void)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const step of undo.reverse()) await step();
    undo.length = 0;
  };
  try {
    const product = built ?? join(folder, "built");
    if (built === null) await buildProduct(product);
    const organization: Organization = { ...organizationOf({ name: "kills", domain: "kills.chaos.test", numbers: "164620", agents: PHONES, supervisor: "1005" }), lines: new Map() };
    const application = await Application.open();
    undo.push(() => application.close());
    const programs = new Map<string, string>();
    const fs = await openSwitch(folder, organization, (line) => programs.get(line));
    undo.push(() => fs.close());
    const databaseUrl = `file:${join(folder, "callplane.db")}`;
    await writePeople(databaseUrl, fs.trunkProxy, [organization]);
    const lines = { url: "+16462000001", department: "+16462000002", nothing: "+16462000003" };
    const account = await writeLines(databaseUrl, application, lines, programs);
    const speech = join(folder, "speech");
    mkdirSync(speech);
    const preload = join(folder, "preload.mjs");
    writeFileSync(preload, "");
    const environment = {
      FREESWITCH_NODES: `esl://:${encodeURIComponent(fs.eslPassword)}@127.0.0.1:${fs.eslPort}`,
      DATABASE_URL: databaseUrl,
      AUDIT_KEY_FILE: join(folder, "audit-key"),
      JWT_SECRET: "0123456789abcdef0123456789abcdef",
      RING_TIMEOUT_S: "8",
      HEARTBEAT_S: "3600",
      RATE_LIMIT_PER_MINUTE: "1000000",
      LOG_LEVEL: "info",
      OUTBOUND_ALLOWED: "127.0.0.1",
      SPEECH_DIR: speech,
      ...fs.environment,
    };
    const callplane = new Callplane({ main: mainOf(product), folder, environment, provisioning: fs.provisioning, preload, clockFile: join(folder, "clock") }, (what) => journal.violated({ invariant: "the process lives", subject: "Callplane", expected: "that it runs", found: what }));
    undo.push(() => callplane.stop("SIGKILL"));
    await callplane.start();
    const admin = await new Client({ callplane, journal, tenants: new Tenants() }, "admin", organization).login(`admin@${organization.domain}`, PASSWORD);
    await openPhones(admin, fs, organization);
    return {
      folder,
      databaseUrl,
      fs,
      application,
      callplane,
      organization,
      account,
      admin,
      journal,
      lines,
      close: async () => {
        await callplane.stop("SIGKILL");
        const keep = journal.violations > 0;
        if (keep) await fs.keepLogs(join(folder, "freeswitch")).catch(() => undefined);
        if (keep) writeFileSync(join(folder, "asked.json"), JSON.stringify(application.asked, null, 1));
        await closeAll();
        rmSync(keep ? join(folder, "built") : folder, { recursive: true, force: true });
        return keep ? folder : null;
      },
    };
  } catch (error) {
    await closeAll();
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

async function writeLines(databaseUrl: string, application: Application, lines: World["lines"], programs: Map<string, string>): Promise<Account> {
  const store = await openStore(databaseUrl);
  try {
    const [organization] = await store.organizations.list();
    if (organization === undefined) throw new Error("There is no organization.");
    const common = { organizationId: organization.id, targetType: "url", target: application.url("/voice"), statusCallback: application.url("/status") } as const;
    for (const [number, more] of [[lines.url, { fallbackUrl: application.url("/fallback") }], [lines.department, { fallbackDepartment: DEPARTMENT }], [lines.nothing, {}]] as const) {
      const { id } = await store.phoneLines.create({ ...common, number, ...more });
      programs.set(number, `line:${id}`);
    }
    const account = (await store.voiceAccounts.list()).find(({ organizationId }) => organizationId === organization.id);
    if (account === undefined) throw new Error("The organization has no account.");
    return account;
  } finally {
    await store.close();
  }
}

async function openPhones(admin: Client, fs: KillSwitch, organization: Organization): Promise<void> {
  const phones: Phone[] = [];
  for (const extension of organization.agents) {
    const { status, body } = await admin.post(`/voiceconfig/voiceagents/${extension}/credentials`);
    if (status !== 201) throw new Error(`The phone ${extension}: ${status} ${JSON.stringify(body)}`);
    phones.push({ organization, extension, sip: (body as { sip: Phone["sip"] }).sip });
  }
  await fs.addPhones(phones);
  const [answers, busy, rings] = PHONES;
  fs.phone(answers, { kind: "answer", afterMs: 300 });
  fs.phone(busy, { kind: "busy" });
  fs.phone(rings, { kind: "no-answer" });
  // The department's agent, who takes who waits there.
  await admin.put(`/voiceconfig/voiceagents/${answers}`, { departments: [DEPARTMENT] });
  await admin.post(`/voicechannel/agents/${answers}/status`, { status: "online" });
}
