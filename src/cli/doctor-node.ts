/** The checks of one FreeSWITCH. */
import { z } from "zod";
import type { SwitchNodeConfig } from "../config.js";
import { commands, ConnectionError, EventSocketConnection, sofiaName, variableName, type SwitchCommand } from "../freeswitch/index.js";
import { checkCertificate } from "./doctor-certificate.js";
import { failed, passed, type Check } from "./doctor-check.js";
import { checkConferences } from "./doctor-conference.js";
import { checkOpenness } from "./doctor-open.js";

const HANDSHAKE_MS = 5000;
const REPLY_MS = 5000;
const OLDEST = { major: 1, minor: 10 };

const MODULES = ["mod_event_socket", "mod_commands", "mod_dptools", "mod_dialplan_xml", "mod_sofia", "mod_conference", "mod_tone_stream", "mod_sndfile"];
/** Modules that are needed when `hold_music` is of their kind. */
const MUSIC_MODULES: Readonly<Record<string, string>> = { local_stream: "mod_local_stream", http: "mod_httapi", https: "mod_httapi", shout: "mod_shout" };
/** Codecs by their names in `show codec`. */
const CODECS = [
  { codec: "PCMU", pattern: /\bulaw\b|PCMU/i },
  { codec: "PCMA", pattern: /\balaw\b|PCMA/i },
];

const codecList = z.object({ rows: z.array(z.object({ name: z.string() })).default([]) });

/** Asks one command and gives the trimmed reply. */
export type Ask = (command: SwitchCommand) => Promise<string>;

export interface NodeSession {
  readonly ask: Ask;
  close(): Promise<void>;
}

function refusal(node: string, error: ConnectionError): Check[] {
  const reached = passed(node, "event socket", "reachable");
  switch (error.fault) {
    case "acl":
      return [reached, failed(node, "access list", error.message, "Add this machine's address to the list that apply-inbound-acl names in event_socket.conf.xml (and acl.conf.xml), then reload mod_event_socket.")];
    case "password":
      return [reached, passed(node, "access list", "this address is allowed"), failed(node, "password", error.message, "Put the password of event_socket.conf.xml, percent-encoded, into FREESWITCH_NODES.")];
    default:
      return [failed(node, "event socket", error.message, "Is FreeSWITCH running, mod_event_socket loaded, and listen-ip and listen-port of event_socket.conf.xml as in FREESWITCH_NODES?")];
  }
}

/** Connects; `session` is null when that failed, and the checks say why. */
export async function connectNode({ name, host, port, password }: SwitchNodeConfig): Promise<{ readonly session: NodeSession | null; readonly checks: readonly Check[] }> {
  try {
    const connection = await EventSocketConnection.open({ name, host, port, password, handshakeMs: HANDSHAKE_MS });
    return {
      session: { ask: async (command) => (await connection.request([`api ${command.line}`], { timeoutMs: REPLY_MS })).trim(), close: () => connection.close() },
      checks: [passed(name, "event socket", "reachable"), passed(name, "access list", "this address is allowed"), passed(name, "password", "accepted")],
    };
  } catch (error) {
    if (error instanceof ConnectionError) return { session: null, checks: refusal(name, error) };
    throw error;
  }
}

async function checkVersion(node: string, ask: Ask): Promise<Check> {
  const line = await ask(commands.version());
  const [, major, minor] = /Version (\d+)\.(\d+)/.exec(line) ?? [];
  const recent = Number(major) > OLDEST.major || (Number(major) === OLDEST.major && Number(minor) >= OLDEST.minor);
  const shown = line.split("\n", 1)[0] ?? "";
  return recent ? passed(node, "version", shown) : failed(node, "version", shown, `Callplane needs FreeSWITCH ${OLDEST.major}.${OLDEST.minor} or newer.`);
}

async function checkModules(node: string, ask: Ask): Promise<Check[]> {
  const music = await ask(commands.globalVariable(variableName("hold_music", "variable")));
  const forMusic = MUSIC_MODULES[/^([a-z_]+):\/\//.exec(music)?.[1] ?? ""];
  const checks: Check[] = [];
  for (const module of forMusic === undefined ? MODULES : [...MODULES, forMusic]) {
    const loaded = (await ask(commands.moduleExists(variableName(module, "module")))) === "true";
    const mend = `Add <load module="${module}"/> to modules.conf.xml and run "load ${module}"${module === forMusic ? ", or choose another hold_music" : ""}.`;
    checks.push(loaded ? passed(node, module, "loaded") : failed(node, module, "not loaded", mend));
  }
  return checks;
}

/** Whether Callplane provisions it, and whether it writes call detail records, as freeswitch-conf's variables say. */
async function checkConfiguration(node: string, ask: Ask): Promise<Check[]> {
  const variable = (name: string): Promise<string> => ask(commands.globalVariable(variableName(name, "variable")));
  const loaded = async (module: string): Promise<boolean> => (await ask(commands.moduleExists(variableName(module, "module")))) === "true";
  const checks: Check[] = [];
  const curl = await loaded("mod_xml_curl");
  if (curl) checks.push(passed(node, "mod_xml_curl", "loaded: FreeSWITCH can ask Callplane for phones and dialplan"));
  else if ((await variable("provisioning")) === "served") checks.push(failed(node, "mod_xml_curl", "not loaded, though FS_PROVISIONING_URL is set: only the last snapshot is known", "Install FreeSWITCH's mod_xml_curl and restart it."));
  else checks.push(passed(node, "mod_xml_curl", "not loaded: the phones are those of FreeSWITCH's own files"));
  const records = await loaded("mod_json_cdr");
  if (records) checks.push(passed(node, "mod_json_cdr", "loaded: call detail records are written"));
  else if ((await variable("cdr")) === "on") checks.push(failed(node, "mod_json_cdr", "not loaded, though FS_CDR_DIR is set: a call that ends while Callplane is down leaves no record", "Install FreeSWITCH's mod_json_cdr and restart it, or set FS_CDR_DIR=off."));
  else checks.push(passed(node, "mod_json_cdr", "not loaded: calls that end while Callplane is down leave no record"));
  const copies = await loaded("mod_loopback");
  checks.push(passed(node, "mod_loopback", copies ? "loaded: programs can hear any call" : "not loaded: <Start><Stream> and programs that supervise (calls/{id}:stream) fail"));
  return checks;
}

/** A table of `sofia status profile` or `… gateway`: names and values, parted by blanks. */
function field(table: string, name: string): string {
  const line = table.split("\n").find((each) => each.startsWith(name) && /^[ \t]/.test(each.slice(name.length)));
  return line?.slice(name.length).trim() ?? "";
}

function profilesOf(status: string): { readonly name: string; readonly running: boolean }[] {
  return status.split("\n").flatMap((line) => {
    const [name = "", type, , state = ""] = line.split("\t").map((part) => part.trim());
    return type === "profile" ? [{ name, running: state.startsWith("RUNNING") }] : [];
  });
}

async function checkSip(node: string, ask: Ask): Promise<{ readonly checks: Check[]; readonly wss: ReadonlyMap<string, string> }> {
  const profiles = profilesOf(await ask(commands.sofiaStatus()));
  const checks = profiles.map(({ name, running }) =>
    running ? passed(node, `SIP profile ${name}`, "running") : failed(node, `SIP profile ${name}`, "not running", `See FreeSWITCH's log for why (often a port in use), then run "sofia profile ${name} start".`),
  );
  if (profiles.length === 0) checks.push(failed(node, "SIP profiles", "there are none", "Add a profile to sofia.conf.xml; freeswitch-conf/sip_profiles has examples."));
  const wss = new Map<string, string>();
  for (const { name } of profiles) {
    const url = field(await ask(commands.sofiaProfile(sofiaName(name, "profile"))), "WSS-BIND-URL");
    if (url !== "" && url !== "N/A") wss.set(name, url);
  }
  return { checks, wss };
}

async function checkCodecs(node: string, ask: Ask, wss: ReadonlyMap<string, string>): Promise<Check[]> {
  const names = codecList.parse(JSON.parse(await ask(commands.showCodecs()))).rows.map(({ name }) => name);
  const known = (pattern: RegExp): boolean => names.some((name) => pattern.test(name));
  const checks = CODECS.map(({ codec, pattern }) =>
    known(pattern) ? passed(node, `codec ${codec}`, "there") : failed(node, `codec ${codec}`, "not there", "It is part of FreeSWITCH's core: this build left it out."),
  );
  if (known(/opus/i)) checks.push(passed(node, "codec opus", "there"));
  else if (wss.size === 0) checks.push(passed(node, "codec opus", "not there, and not needed: no SIP profile takes WSS"));
  else checks.push(failed(node, "codec opus", `not there, and browsers that register at ${[...wss.keys()].join(", ")} want it`, 'Add <load module="mod_opus"/> to modules.conf.xml and run "load mod_opus".'));
  return checks;
}

export interface GatewayNeed {
  readonly name: string;
  /** Whether an organization that dials by it may dial anything. */
  readonly dialled: boolean;
}

async function checkGateway(node: string, ask: Ask, { name, dialled }: GatewayNeed): Promise<Check> {
  const check = `gateway ${name}`;
  const table = await ask(commands.sofiaGateway(sofiaName(name, "gateway")));
  const state = field(table, "State");
  if (state === "") return failed(node, check, "FreeSWITCH does not know it", 'Add it to a SIP profile and run "sofia profile <profile> rescan", or change the dial string (callplane org set NAME --dial-string …).');
  const status = field(table, "Status");
  if (status !== "UP" || state.startsWith("FAIL")) return failed(node, check, `${status === "" ? "its status is unknown" : status.toLowerCase()}, registration ${state}`, "Check the trunk's address, user name and password, and that it answers OPTIONS.");
  const proxy = field(table, "Proxy");
  // freeswitch-conf's own placeholder.
  if (dialled && /\.invalid\b/.test(proxy)) return failed(node, check, `its proxy is the placeholder ${proxy}, so no number can be dialled`, "Give it the trunk's address (FS_TRUNK_PROXY in freeswitch-conf).");
  return passed(node, check, `up, registration ${state}`);
}

/** All checks of a connected node; `pages`: where browsers' pages connect to. Rejects when it stops answering. */
export async function checkNode({ name: node, host }: SwitchNodeConfig, ask: Ask, gateways: readonly GatewayNeed[], pages: readonly string[]): Promise<readonly Check[]> {
  const checks = [await checkVersion(node, ask), ...(await checkModules(node, ask)), ...(await checkConfiguration(node, ask))];
  const sip = await checkSip(node, ask);
  checks.push(...sip.checks, ...(await checkCodecs(node, ask, sip.wss)));
  for (const url of sip.wss.values()) checks.push(await checkCertificate(node, host, url, pages));
  for (const gateway of gateways) checks.push(await checkGateway(node, ask, gateway));
  checks.push(...(await checkConferences(node, ask)), ...(await checkOpenness(node, ask)));
  return checks;
}
