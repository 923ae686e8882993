import type { Command } from "commander";
import { auditKeyIn, demoUsersLeft } from "../auth/index.js";
import { loadConfig, type Config } from "../config.js";
import { shadowedEmergencies } from "../dialling/index.js";
import { commands } from "../freeswitch/index.js";
import { DEFAULT_DIAL_STRING, openStore, type OrganizationRecord, type Store, type UserRecord } from "../store/index.js";
import { missingDatabase } from "./context.js";
import { failed, passed, type Check } from "./doctor-check.js";
import { checkNode, connectNode, type GatewayNeed, type NodeSession } from "./doctor-node.js";
import { checkRecords } from "./doctor-records.js";
import { checkProvisioning } from "./doctor-provisioning.js";
import { checkSpeech } from "./doctor-speech.js";
import { SilentFailure, type CliIo } from "./io.js";
import { json, oneLine } from "./output.js";

const words = (error: unknown): string => oneLine(error instanceof Error ? error.message : "an unknown error");

/** The gateways in the organizations' dial strings. */
function gatewaysOf(organizations: readonly OrganizationRecord[]): readonly GatewayNeed[] {
  const users = organizations.length === 0 ? [{ dialString: DEFAULT_DIAL_STRING, allowedPrefixes: [] }] : organizations;
  const needs = new Map<string, GatewayNeed>();
  for (const { dialString, allowedPrefixes } of users) {
    const name = /^sofia\/gateway\/([^/{}]+)\//.exec(dialString)?.[1];
    if (name !== undefined) needs.set(name, { name, dialled: allowedPrefixes.length > 0 || (needs.get(name)?.dialled ?? false) });
  }
  return [...needs.values()];
}

async function checkDatabase(config: Config, store: Store): Promise<Check[]> {
  const { migrations, integrity } = await store.check();
  const unchained = await store.audit.unchained();
  const checks = [
    unchained === 0
      ? passed("database", "audit log", "every entry is in the chain")
      : failed("database", "audit log", `${unchained} entries are in no chain`, "callplane audit verify names the first; callplane audit chain takes in a log from before the chain."),
    passed("database", "migrations", `all ${migrations} applied`),
    integrity === "ok" ? passed("database", "integrity", "sound") : failed("database", "integrity", oneLine(integrity), "Stop Callplane and restore the database from a backup."),
  ];
  checks.push(...(await checkEmergencies(store)), ...(await checkRecords(config, store)));
  if (config.switchNodes.length === 0) return checks;
  const left = await demoUsersLeft(store);
  checks.push(
    left.length === 0
      ? passed("database", "demo users", "none can log in")
      : failed("database", "demo users", `${left.join(", ")}: the password is publicly known`, `callplane user disable ${left[0] ?? ""}, or user passwd; each of them.`),
  );
  return checks;
}

/** Whether an agent has an emergency number as id or extension. */
async function checkEmergencies(store: Store): Promise<Check[]> {
  const lines = await store.phoneLines.ownLines();
  const checks: Check[] = [];
  for (const organization of await store.organizations.list()) {
    const shadowed = shadowedEmergencies({ ...organization, firstLine: lines.get(organization.id)?.[0]?.number }, await store.agents.list(organization.id));
    const subject = `organization ${organization.name}`;
    checks.push(
      shadowed.length === 0
        ? passed(subject, "emergency numbers", "no agent has one as extension")
        : failed(subject, "emergency numbers", `an agent has ${shadowed.join(", ")} as id or extension, and may be rung instead of the emergency service`, "Give these agents other extensions, or set the organization's --country or --emergency-numbers right."),
    );
  }
  return checks;
}

/** Whether some node's directory has the organization's domain and its agents' phones. */
async function checkOrganization({ name, domain }: OrganizationRecord, users: readonly UserRecord[], sessions: readonly NodeSession[]): Promise<Check[]> {
  const subject = `organization ${name}`;
  const check = `domain ${domain}`;
  const serving: NodeSession[] = [];
  for (const session of sessions) if ((await session.ask(commands.domainExists(domain))) === "true") serving.push(session);
  if (serving.length === 0) return [failed(subject, check, "no FreeSWITCH has it in its directory", `Add <domain name="${domain}"> to the directory and run "reloadxml"; where Callplane provisions FreeSWITCH, see the check "provisioning".`)];
  const missing: string[] = [];
  for (const { extension } of users) {
    if (extension === null) continue;
    const answers = await Promise.all(serving.map(({ ask }) => ask(commands.userExists(extension, domain))));
    if (!answers.includes("true")) missing.push(extension);
  }
  const phones =
    missing.length === 0
      ? passed(subject, "phones", "the directory has every agent's extension")
      : failed(subject, "phones", `not in the directory: ${missing.join(", ")}`, `Add these users to the domain ${domain} of the directory and run "reloadxml".`);
  return [passed(subject, check, "in the directory"), phones];
}

async function checkSwitches(config: Config, store: Store): Promise<Check[]> {
  if (config.switchNodes.length === 0) return [passed("switch", "FREESWITCH_NODES", "not set: Callplane runs on its simulated switch")];
  const users = (await store.users.list()).filter(({ disabled }) => !disabled);
  // An organization without logins (such as the disabled demo's) need not be served.
  const organizations = (await store.organizations.list()).filter(({ id }) => users.some(({ organizationId }) => organizationId === id));
  const gateways = gatewaysOf(organizations);
  const pages = config.sipWssUrl === "" ? [] : organizations.map(({ domain }) => config.sipWssUrl.replaceAll("{domain}", domain));
  const checks: Check[] = [];
  const sessions: NodeSession[] = [];
  try {
    for (const node of config.switchNodes) {
      const { session, checks: connected } = await connectNode(node);
      checks.push(...connected);
      if (session === null) continue;
      sessions.push(session);
      try {
        checks.push(...(await checkNode(node, session.ask, gateways, pages)));
        checks.push(...(await checkProvisioning(node.name, session.ask, config)));
      } catch (error) {
        checks.push(failed(node.name, "answers", words(error), "FreeSWITCH took the connection and then gave no usable answer: see its log, and restart it if it hangs."));
      }
    }
    if (sessions.length > 0) {
      for (const organization of organizations) {
        const own = users.filter(({ organizationId }) => organizationId === organization.id);
        checks.push(...(await checkOrganization(organization, own, sessions)));
      }
    }
  } finally {
    await Promise.all(sessions.map((session) => session.close()));
  }
  return checks;
}

/** A database that cannot be opened is a finding too. Throws ConfigError. */
async function diagnose(config: Config): Promise<readonly Check[]> {
  const missing = missingDatabase(config);
  if (missing !== null) return [failed("database", "exists", `there is none at ${missing.path}`, missing.hint)];
  let store: Store;
  try {
    store = await openStore(config.databaseUrl, { auditKey: await auditKeyIn(config.auditKeyFile) });
  } catch (error) {
    return [failed("database", "open", words(error), "Check DATABASE_URL, and that this user may write to its directory.")];
  }
  try {
    return [...(await checkDatabase(config, store)), ...(await checkSwitches(config, store)), ...(await checkSpeech(config))];
  } finally {
    await store.close();
  }
}

function asText(checks: readonly Check[]): string {
  const lines = checks.map(({ subject, check, ok, detail, mend }) => `${ok ? "ok  " : "FAIL"}  ${subject}: ${check}: ${detail}\n${mend === null ? "" : `      mend: ${mend}\n`}`);
  const bad = checks.filter(({ ok }) => !ok).length;
  return `${lines.join("")}${bad === 0 ? `All ${checks.length} checks are ok.` : `${bad} of ${checks.length} checks failed.`}\n`;
}

/** `doctor`: exit code 1 when any check failed. */
export function addDoctorCommand(program: Command, io: CliIo): void {
  program
    .command("doctor")
    .description("check FreeSWITCH and the database, and say what to mend")
    .option("--json", "print JSON")
    .action(async (options: { readonly json?: true }) => {
      const checks = await diagnose(loadConfig(io.env));
      const ok = checks.every((check) => check.ok);
      io.out(options.json ? json({ ok, checks }) : asText(checks));
      if (!ok) throw new SilentFailure();
    });
}
