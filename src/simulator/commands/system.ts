/** Commands about the switch itself: status, version, users, modules, gateways. */
import type { ApiCommand } from "./types.js";

const VERSION = "1.10.12-release";
const GIT = "git cc93a68 2026-08-21 14:10:14Z 64bit";

export const MODULES = [
  "mod_event_socket", "mod_sofia", "mod_commands", "mod_dptools", "mod_dialplan_xml", "mod_conference", "mod_sndfile", "mod_tone_stream",
  "mod_local_stream", "mod_loopback", "mod_json_cdr", "mod_xml_curl", "mod_opus", "mod_console", "mod_logfile",
] as const;
export const CODECS = ["G.711 ulaw", "G.711 alaw", "OPUS (STANDARD)", "PROXY PASS-THROUGH", "RAW Signed Linear (16 bit)"] as const;

export const statusCommand: ApiCommand = (core) => {
  const us = core.clock.nowUs() - core.startedAtUs;
  const seconds = Math.floor(us / 1_000_000);
  const unit = (value: number, name: string): string => `${value} ${name}${value === 1 ? "" : "s"}`;
  const parts = [
    unit(Math.floor(seconds / 31_536_000), "year"),
    unit(Math.floor((seconds % 31_536_000) / 86_400), "day"),
    unit(Math.floor((seconds % 86_400) / 3600), "hour"),
    unit(Math.floor((seconds % 3600) / 60), "minute"),
    unit(seconds % 60, "second"),
    unit(Math.floor((us % 1_000_000) / 1000), "millisecond"),
    unit(Math.floor(us % 1000), "microsecond"),
  ];
  return [
    `UP ${parts.join(", ")}`,
    `FreeSWITCH (Version ${VERSION} ${GIT}) is ready`,
    `${core.sessionsSinceStartup} session(s) since startup`,
    `${core.channels.size} session(s) - peak ${core.peakSessions}, last 5min ${core.peakSessions} `,
    `0 session(s) per Sec out of max 500, peak ${core.peakSessions}, last 5min ${core.peakSessions} `,
    "5000 session(s) max",
    "min idle cpu 0.00/99.17",
    "Current Stack Size/Max 240K/8192K",
    "",
  ].join("\n");
};

export const versionCommand: ApiCommand = () => `FreeSWITCH Version ${VERSION}+git~20260821T141014Z~cc93a683ca~64bit (${GIT})\n`;

/** One variable's value, or all as `name=value` lines. `core_uuid` names the process (switch_core.c). */
export const globalGetvar: ApiCommand = (core, args) => {
  const globals = new Map(core.settings.globals).set("core_uuid", core.bus.coreUuid);
  return args === "" ? [...globals].map(([name, value]) => `${name}=${value}\n`).join("") : (globals.get(args) ?? "");
};

export const globalSetvar: ApiCommand = (core, args) => {
  const equals = args.indexOf("=");
  if (equals < 1) return "-USAGE: <var>=<value> [=<value2>]\n";
  core.settings.globals.set(args.slice(0, equals), args.slice(equals + 1));
  return "+OK\n";
};

/** `<key> <user> <domain>`; the key is `id`. */
export const userExists: ApiCommand = (core, args) => {
  const [, user = "", domain = core.domain] = args.split(" ");
  return String(core.directory.find(user, domain) !== undefined);
};

/** `[profile/]<user>@<domain>` */
export const sofiaContact: ApiCommand = (core, args) => {
  const [user = "", domain = core.domain] = args.replace(/^[^/@]*\//, "").split("@");
  const registrations = [...(core.directory.find(user, domain)?.registrations.values() ?? [])];
  return registrations.length === 0 ? "error/user_not_registered" : registrations.map(({ contact }) => `sofia/internal/${contact}`).join(",");
};

export const moduleExists: ApiCommand = (_core, args) => String(MODULES.some((module) => module === args));

/** `sofia status [gateway <name>|profile <name>]`, `sofia profile <name> flush_inbound_reg <call-id|user@domain>` */
export const sofiaCommand: ApiCommand = (core, args) => {
  const [verb = "", kind = "", name = "", word = ""] = args.split(" ");
  if (verb === "profile" && name === "flush_inbound_reg") {
    for (const user of core.directory.users()) {
      for (const [phone, { callId }] of [...user.registrations]) if (callId === word || `${user.extension}@${user.domain}` === word) core.directory.expire(core.bus, user, phone);
    }
    return "+OK flushing all registrations matching specified call_id\n";
  }
  if (verb !== "status") return "-ERR Unknown command!\n";
  if (kind === "gateway") {
    if (!core.settings.gateways.has(name)) return "Invalid Gateway!\n";
    return [`Name    \t${name}`, "Profile \texternal", "Scheme  \tDigest", "Realm   \t127.0.0.1", "State   \tNOREG", "Status  \tUP", "Uptime  \t1s", ""].join("\n");
  }
  const line = "=".repeat(99);
  const gateways = [...core.settings.gateways].map((gateway) => `${`external::${gateway}`.padStart(25)}\tgateway\t${`sip:${gateway}@127.0.0.1`.padStart(40)}\tNOREG\n`);
  return [
    `${"Name".padStart(25)}\t   Type\t${"Data".padStart(40)}\tState\n`,
    `${line}\n`,
    `${"external".padStart(25)}\tprofile\t${"sip:mod_sofia@127.0.0.1:5080".padStart(40)}\tRUNNING (0)\n`,
    ...gateways,
    `${"internal".padStart(25)}\tprofile\t${"sip:mod_sofia@127.0.0.1:5060".padStart(40)}\tRUNNING (0)\n`,
    `${line}\n`,
    `2 profiles 0 aliases\n`,
  ].join("");
};
