/** All that a run holds: the switch, the wire, Callplane, the people. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildProduct, mainOf } from "../support/build.js";
import { Random } from "../faults/random.js";
import { Callplane } from "./callplane.js";
import { Client, Tenants, type Shared } from "./client.js";
import { CLOCK_PRELOAD } from "./clock-preload.js";
import type { Journal } from "./journal.js";
import { Picture } from "./picture.js";
import { CALLBACK_KEY, DEPARTMENTS, Numbers, PASSWORD, writePeople, type Organization } from "./people.js";
import { Proxy } from "./proxy.js";
import type { ChaosSwitch, Phone } from "./switch.js";

/** The people of one organization. */
export interface Team {
  readonly organization: Organization;
  readonly admin: Client;
  readonly supervisor: Client;
  readonly agents: ReadonlyMap<string, Client>;
  /** The supervisor's and one agent's. */
  readonly pictures: readonly Picture[];
}

export interface World extends Shared {
  readonly folder: string;
  /** On a disk of its own where that is allowed. */
  readonly databaseFolder: string;
  readonly hasOwnDisk: boolean;
  readonly databasePath: string;
  readonly clockFile: string;
  readonly fs: ChaosSwitch;
  readonly proxy: Proxy;
  readonly teams: readonly Team[];
  readonly root: Client;
  readonly numbers: Numbers;
  /** Keeps logs and database in the folder when there was a violation; gives where, or null. */
  close(): Promise<string | null>;
}

const RING_TIMEOUT_S = "5";
const DISK_MEGABYTES = 64;

export interface WorldOptions {
  readonly organizations: readonly Organization[];
  /** @param folder of the run */
  readonly openSwitch: (folder: string) => Promise<ChaosSwitch>;
}

export async function openWorld(journal: Journal, { organizations, openSwitch }: WorldOptions): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), "callplane-chaos-"));
  const undo: (() => Promise<void> | void)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const step of undo.reverse()) await step();
    undo.length = 0;
  };
  try {
    const databaseFolder = join(folder, "database");
    const hasOwnDisk = mountDisk(databaseFolder);
    if (hasOwnDisk) undo.push(() => unmountDisk(databaseFolder));
    journal.actsFile = join(folder, "acts.log");
    const built = join(folder, "built");
    await buildProduct(built);
    const preload = join(folder, "clock.mjs");
    const clockFile = join(folder, "clock");
    writeFileSync(preload, CLOCK_PRELOAD);
    writeFileSync(clockFile, "0");
    const fs = await openSwitch(folder);
    undo.push(() => fs.close());
    const proxy = await Proxy.open(fs.eslPort, new Random(journal.seed + 1));
    undo.push(() => proxy.close());
    const databasePath = join(databaseFolder, "callplane.db");
    await writePeople(`file:${databasePath}`, fs.trunkProxy, organizations);
    const environment = {
      FREESWITCH_NODES: `esl://:${encodeURIComponent(fs.eslPassword)}@127.0.0.1:${proxy.port}`,
      DATABASE_URL: `file:${databasePath}`,
      AUDIT_KEY_FILE: join(folder, "audit-key"),
      JWT_SECRET: "0123456789abcdef0123456789abcdef",
      RING_TIMEOUT_S,
      HEARTBEAT_S: "3600",
      RATE_LIMIT_PER_MINUTE: "1000000",
      MAX_LOGINS_PER_MINUTE: "10000",
      LOG_LEVEL: "info",
      ...fs.environment,
    };
    const callplane = new Callplane({ main: mainOf(built), folder, environment, provisioning: fs.provisioning, preload, clockFile }, (what) => journal.violated({ invariant: "the process lives", subject: "Callplane", expected: "that it runs", found: what }));
    undo.push(() => callplane.stop("SIGKILL"));
    await callplane.start();
    const shared: Shared = { callplane, journal, tenants: new Tenants() };
    const teams: Team[] = [];
    for (const organization of organizations) teams.push(await openTeam(organization, shared, fs));
    undo.push(() => teams.forEach(({ pictures }) => pictures.forEach((picture) => picture.close())));
    const root = await new Client(shared, "root", null).login("root", PASSWORD);
    return {
      ...shared,
      folder,
      databaseFolder,
      hasOwnDisk,
      databasePath,
      clockFile,
      fs,
      proxy,
      teams,
      root,
      numbers: new Numbers(),
      close: async () => {
        await callplane.stop("SIGKILL");
        if (journal.violations > 0) cpSync(databaseFolder, join(folder, "database-kept"), { recursive: true });
        await closeAll();
        if (journal.violations > 0) rmSync(built, { recursive: true, force: true });
        else rmSync(folder, { recursive: true, force: true });
        return journal.violations > 0 ? folder : null;
      },
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function openTeam(organization: Organization, shared: Shared, fs: ChaosSwitch): Promise<Team> {
  const person = (name: string): Client => new Client(shared, name, organization);
  const login = (username: string): Promise<Client> => person(username).login(`${username}@${organization.domain}`, PASSWORD);
  const admin = await login("admin");
  const phones: Phone[] = [];
  for (const extension of [...organization.agents, organization.supervisor]) {
    const isSupervisor = extension === organization.supervisor;
    // Half of the agents in each department, one of them in both.
    const at = organization.agents.indexOf(extension);
    const departments = isSupervisor ? [] : DEPARTMENTS.filter((_, index) => at === 0 || at % 2 === index);
    const changed = await admin.put(`/voiceconfig/voiceagents/${extension}`, { departments });
    const { status, body } = await admin.post(`/voiceconfig/voiceagents/${extension}/credentials`);
    if (changed.status !== 200 || status !== 201) throw new Error(`${extension}: ${changed.status} ${status} ${JSON.stringify(changed.body)}`);
    phones.push({ organization, extension, sip: (body as { sip: Phone["sip"] }).sip });
  }
  await admin.put("/voiceconfig/departments/sales", { callbackKey: CALLBACK_KEY });
  await fs.addPhones(phones);
  const agents = new Map<string, Client>();
  for (const extension of organization.agents) agents.set(extension, await login(`u${extension}`));
  const supervisor = await login(`u${organization.supervisor}`);
  const [first] = agents.values();
  return { organization, admin, supervisor, agents, pictures: [supervisor, ...(first === undefined ? [] : [first])].map((client) => new Picture(client, shared)) };
}

/** A file system of its own, that can be full without harm to others. */
function mountDisk(folder: string): boolean {
  mkdirSync(folder);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_MEGABYTES}m`, "chaos", folder], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function unmountDisk(folder: string): void {
  execFileSync("umount", ["--lazy", folder], { stdio: "ignore" });
}
