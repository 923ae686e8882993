import { Option, type Command } from "commander";
import type { OrganizationChange, OrganizationRecord } from "../store/index.js";
import { organizationNamed, withStore } from "./context.js";
import { UsageError, type CliIo } from "./io.js";
import { addOrgRemove } from "./org-remove.js";
import { json, table } from "./output.js";
import { list } from "./parse.js";

const shown = ({ id, name, domain, dialString, callerId, allowedPrefixes, supervisionVisible, maxOutboundCalls, maxOutboundCallsPerMinute, maxOutboundCallS, premiumAllowed, country, emergencyNumbers, callbackCountries, maxCallbacksPerDay, departments, awayReasons, recordingRetentionDays, createdAt }: OrganizationRecord) => ({
  id,
  name,
  domain,
  dialString,
  callerId,
  allowedPrefixes,
  supervisionVisible,
  maxOutboundCalls,
  maxOutboundCallsPerMinute,
  maxOutboundCallS,
  premiumAllowed,
  country,
  emergencyNumbers,
  callbackCountries,
  maxCallbacksPerDay,
  departments,
  recordingRetentionDays,
  awayReasons,
  createdAt: createdAt.toISOString(),
});

interface SetOptions {
  readonly dialString?: string;
  readonly callerId?: string;
  readonly allow?: string;
  readonly supervisionVisible?: "on" | "off";
  readonly maxCalls?: string;
  readonly maxCallsPerMinute?: string;
  readonly maxCallSeconds?: string;
  readonly premium?: "on" | "off";
  readonly country?: string;
  readonly emergencyNumbers?: string;
  readonly callbackCountries?: string;
  readonly maxCallbacksPerDay?: string;
  readonly departments?: string;
  readonly recordingDays?: string;
  readonly awayReasons?: string;
  readonly json?: true;
}

/** An empty text takes the limit away. */
function limit(text: string, option: string): number | null {
  if (text === "") return null;
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`${option}: "${text}" is not a whole number; "" takes the limit away.`);
  return Number(text);
}

function count(text: string, option: string): number {
  const value = limit(text, option);
  if (value === null) throw new UsageError(`${option}: a number is needed; 0 allows none.`);
  return value;
}

function changeOf(options: SetOptions): OrganizationChange {
  return {
    ...(options.dialString === undefined ? {} : { dialString: options.dialString }),
    ...(options.callerId === undefined ? {} : { callerId: options.callerId === "" ? null : options.callerId }),
    ...(options.allow === undefined ? {} : { allowedPrefixes: list(options.allow) }),
    ...(options.supervisionVisible === undefined ? {} : { supervisionVisible: options.supervisionVisible === "on" }),
    ...(options.maxCalls === undefined ? {} : { maxOutboundCalls: limit(options.maxCalls, "--max-calls") }),
    ...(options.maxCallsPerMinute === undefined ? {} : { maxOutboundCallsPerMinute: limit(options.maxCallsPerMinute, "--max-calls-per-minute") }),
    ...(options.maxCallSeconds === undefined ? {} : { maxOutboundCallS: limit(options.maxCallSeconds, "--max-call-seconds") }),
    ...(options.premium === undefined ? {} : { premiumAllowed: options.premium === "on" }),
    ...(options.country === undefined ? {} : { country: options.country === "" ? null : options.country }),
    ...(options.emergencyNumbers === undefined ? {} : { emergencyNumbers: options.emergencyNumbers === "" ? null : list(options.emergencyNumbers) }),
    ...(options.callbackCountries === undefined ? {} : { callbackCountries: options.callbackCountries === "" ? null : list(options.callbackCountries) }),
    ...(options.maxCallbacksPerDay === undefined ? {} : { maxCallbacksPerDay: count(options.maxCallbacksPerDay, "--max-callbacks-per-day") }),
    ...(options.departments === undefined ? {} : { departments: list(options.departments) }),
    ...(options.recordingDays === undefined ? {} : { recordingRetentionDays: options.recordingDays === "" ? null : Number(options.recordingDays) }),
    ...(options.awayReasons === undefined ? {} : { awayReasons: list(options.awayReasons) }),
  };
}

/** `org create`, `org set`, `org remove` and `org list`. */
export function addOrgCommands(program: Command, io: CliIo): void {
  const org = program.command("org").description("organizations (tenants)");

  org
    .command("create")
    .description("make an organization")
    .argument("<name>")
    .requiredOption("--domain <domain>", "its SIP domain: a host name or an IP address")
    .option("--country <code>", "where it is at home, such as GB: its numbers are read as people write them there")
    .option("--departments <names>", "its departments, such as support,sales")
    .option("--json", "print JSON")
    .action(async (name: string, options: { readonly domain: string; readonly country?: string; readonly departments?: string; readonly json?: true }) => {
      await withStore(io, async ({ unit }) => {
        const made = await unit(async (tx, note) => {
          const bare = await tx.organizations.create({ name, domain: options.domain, country: options.country ?? null });
          const whole = options.departments === undefined ? bare : await tx.organizations.update(bare.id, { departments: list(options.departments) });
          await note(whole.id, "org.create", whole.name, { domain: whole.domain, country: whole.country, departments: whole.departments.join(",") });
          return whole;
        });
        io.out(options.json ? json(shown(made)) : `Organization ${made.name} made, domain ${made.domain}.\n`);
      });
    });

  org
    .command("set")
    .description("change an organization")
    .argument("<name>")
    .option("--dial-string <string>", "how a phone number is dialled, {number} where it goes, such as sofia/gateway/trunk/{number}")
    .option("--caller-id <number>", 'shown to who is called; "" leaves it to the trunk')
    .option("--allow <prefixes>", 'prefixes that may be dialled, such as +1,+44, and whole short numbers, such as 112; "" allows own extensions alone')
    .addOption(new Option("--supervision-visible <on|off>", "whether agents see that they are supervised").choices(["on", "off"]))
    .option("--max-calls <count>", 'calls to the outside at once; "" for no limit')
    .option("--max-calls-per-minute <count>", 'calls to the outside begun in any minute; "" for no limit')
    .option("--max-call-seconds <seconds>", 'after which FreeSWITCH ends a call to the outside; "" for no limit')
    .addOption(new Option("--premium <on|off>", "whether premium-rate, shared-cost and satellite numbers may be dialled where a prefix allows them").choices(["on", "off"]))
    .option("--country <code>", 'where it is at home, such as GB; "" for the country of its caller id or its first line')
    .option("--emergency-numbers <numbers>", 'its emergency numbers besides 112 and 911, instead of its country\'s; "" for its country\'s')
    .option("--callback-countries <codes>", 'countries in which callers may be called back, such as GB,IE; "" for its own')
    .option("--max-callbacks-per-day <count>", "callbacks that callers may ask for within any 24 hours; 0 for none")
    .option("--departments <names>", "all of its departments, such as support,sales")
    .option("--recording-days <days>", 'how long recordings are kept; "" keeps them for ever')
    .option("--away-reasons <reasons>", 'why an agent may be away, such as lunch,training; "" takes anything she says')
    .option("--json", "print JSON")
    .action(async (name: string, options: SetOptions) => {
      const change = changeOf(options);
      const changed = Object.keys(change);
      if (changed.length === 0) throw new UsageError("Nothing to set: give --dial-string, --caller-id, --allow, --supervision-visible, --max-calls, --max-calls-per-minute, --max-call-seconds, --premium, --country, --emergency-numbers, --callback-countries, --max-callbacks-per-day, --departments, --away-reasons or --recording-days.");
      await withStore(io, async ({ unit }) => {
        const made = await unit(async (tx, note) => {
          const { id } = await organizationNamed(tx, name);
          const set = await tx.organizations.update(id, change);
          await note(id, "org.set", set.name, Object.fromEntries(Object.entries(change).map(([field, value]) => [field, Array.isArray(value) ? value.join(",") : value])));
          return set;
        });
        io.out(options.json ? json(shown(made)) : `Organization ${made.name} changed: ${changed.join(", ")}.\n`);
      });
    });

  addOrgRemove(org, io);

  org
    .command("list")
    .description("list the organizations")
    .option("--json", "print JSON")
    .action(async (options: { readonly json?: true }) => {
      await withStore(io, async ({ store }) => {
        const organizations = await store.organizations.list();
        if (options.json) {
          io.out(json(organizations.map(shown)));
          return;
        }
        const rows = organizations.map((o) => [o.id, o.name, o.domain, o.dialString, o.callerId, o.allowedPrefixes.join(","), o.supervisionVisible ? "on" : "off", o.departments.join(",")]);
        io.out(table(["ID", "NAME", "DOMAIN", "DIAL STRING", "CALLER ID", "ALLOWED", "SUPERVISION VISIBLE", "DEPARTMENTS"], rows));
      });
    });
}
