/** `show …`: the tables behind it, as JSON or as delimited text. */
import { CHANNEL_COLUMNS } from "../../freeswitch/index.js";
import type { Row } from "../core/channel-table.js";
import type { SwitchCore } from "../core/switch-core.js";
import { CODECS, MODULES } from "./system.js";
import type { ApiCommand } from "./types.js";

type Table = Readonly<Record<string, string>>[];

const CALL_COLUMNS = [
  "uuid", "direction", "created", "created_epoch", "name", "state", "cid_name", "cid_num", "ip_addr", "dest", "presence_id", "presence_data",
  "accountcode", "callstate", "callee_name", "callee_num", "callee_direction", "call_uuid", "hostname", "sent_callee_name", "sent_callee_num",
] as const satisfies readonly (keyof Row)[];
const B_LEG_COLUMNS = CALL_COLUMNS.filter((column) => column !== "call_uuid" && column !== "hostname");
const INITIAL = /^initial_/;

export const showCommand: ApiCommand = (core, args) => {
  const words = args.split(" ").filter((word) => word !== "");
  const [what = ""] = words;
  const asJson = / as json$/i.test(args);
  // `like` makes FreeSWITCH forget what was asked for besides.
  const like = what === "channels" ? /^channels like (\S+)/.exec(args)?.[1] : undefined;
  const table = tableOf(core, what, like);
  if (table === undefined) return `-USAGE: codec|endpoint|application|api|dialplan|file|timer|calls [count]|channels [count|like <match string>]|calls|detailed_calls|bridged_calls|detailed_bridged_calls|aliases|complete|chat|management|modules|nat_map|say|interfaces|interface_types|tasks|limits|status\n`;
  if (words[1] === "count") return asJson ? `{"row_count":${table.length},"rows":[]}` : `\n${table.length} total.\n`;
  return asJson && !/^calls like/.test(args) ? json(table) : text(table);
};

function tableOf(core: SwitchCore, what: string, like: string | undefined): Table | undefined {
  switch (what) {
    case "channels":
      return core.table.rows().filter((row) => like === undefined || CHANNEL_COLUMNS.some((column) => row[column].includes(like)));
    case "calls":
    case "bridged_calls":
      return calls(core, what === "calls");
    case "detailed_calls":
    case "detailed_bridged_calls":
      return detailedCalls(core);
    case "registrations":
      return registrations(core);
    case "modules":
      return MODULES.map((name) => ({ type: "generic", name, ikey: name, filename: `/usr/lib/freeswitch/mod/${name}.so` }));
    case "codec":
    case "codecs":
      return CODECS.map((name) => ({ type: "codec", name, ikey: "CORE_PCM_MODULE" }));
    case "tasks":
      return [...[...core.scheduled].map(([id, { group }]) => [String(id), group] as const), ...core.taskRows].map(([id, group]) => ({ task_id: id, task_desc: "sched_hangup", task_group: group, hostname: core.settings.hostname }));
    default:
      return undefined;
  }
}

function calls(core: SwitchCore, withSingleLegs: boolean): Table {
  const pairs = core.table.calls();
  const table: Record<string, string>[] = pairs.map(({ a, b, createdEpoch }) => ({
    ...pick(a, CALL_COLUMNS, ""),
    ...(b === undefined ? {} : pick(b, B_LEG_COLUMNS, "b_")),
    call_created_epoch: createdEpoch,
  }));
  if (!withSingleLegs) return table;
  const paired = new Set(pairs.flatMap(({ a, b }) => [a.uuid, b?.uuid]));
  const nobody = Object.fromEntries(B_LEG_COLUMNS.map((column) => [`b_${column}`, ""]));
  for (const row of core.table.rows()) if (!paired.has(row.uuid)) table.push({ ...pick(row, CALL_COLUMNS, ""), ...nobody, call_created_epoch: "" });
  return table;
}

function detailedCalls(core: SwitchCore): Table {
  const columns = CHANNEL_COLUMNS.filter((column) => !INITIAL.test(column));
  return core.table.calls().map(({ a, b, createdEpoch }) => ({
    ...pick(a, columns, ""),
    ...(b === undefined ? {} : pick(b, columns, "b_")),
    call_created_epoch: createdEpoch,
  }));
}

const pick = (row: Row, columns: readonly (keyof Row)[], prefix: string): Record<string, string> => Object.fromEntries(columns.map((column) => [`${prefix}${column}`, row[column]]));

const registrations = (core: SwitchCore): Table =>
  core.directory.users().flatMap(({ extension, domain, registrations: phones }) =>
    [...phones.values()].map(({ callId, contact, expiresEpoch }) => ({
      reg_user: extension,
      realm: domain,
      token: callId,
      url: `sofia/internal/${contact}`,
      expires: String(expiresEpoch),
      network_ip: "127.0.0.1",
      network_port: "5090",
      network_proto: "udp",
      hostname: core.settings.hostname,
      metadata: "",
    })),
  );

const json = (table: Table): string => (table.length === 0 ? '{"row_count": 0}\n' : JSON.stringify({ row_count: table.length, rows: table }));

function text(table: Table): string {
  const [first] = table;
  if (first === undefined) return "\n0 total.\n";
  const lines = table.map((row) => Object.values(row).join(","));
  return `${Object.keys(first).join(",")}\n${lines.join("\n")}\n\n${table.length} total.\n`;
}
