import { Option, type Command } from "commander";
import { present } from "../present.js";
import type { OrganizationChange, Store } from "../store/index.js";
import { belongings, OrganizationAdministration } from "../staff/index.js";
import { operator, organizationNamed, withNewStore, withStore } from "./context.js";
import { UsageError, type CliIo } from "./io.js";
import { addOrgRemove } from "./org-remove.js";
import { json, table } from "./output.js";
import { list } from "./parse.js";

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
  readonly timeZone?: string;
  readonly emergencyNumbers?: string;
  readonly callbackCountries?: string;
  readonly maxCallbacksPerDay?: string;
  readonly departments?: string;
  readonly recordingDays?: string;
  readonly awayReasons?: string;
  readonly json?: true;
}

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

/** An empty text takes the setting away. */
const orNull = <T>(text: string, read: (text: string) => T): T | null => (text === "" ? null : read(text));
const ifGiven = <T>(text: string | undefined, read: (text: string) => T): T | undefined => (text === undefined ? undefined : read(text));
const isOn = (text: string): boolean => text === "on";

function changeOf(options: SetOptions): OrganizationChange {
  return present({
    dialString: options.dialString,
    callerId: ifGiven(options.callerId, (text) => orNull(text, String)),
    allowedPrefixes: ifGiven(options.allow, list),
    supervisionVisible: ifGiven(options.supervisionVisible, isOn),
    maxOutboundCalls: ifGiven(options.maxCalls, (text) => limit(text, "--max-calls")),
    maxOutboundCallsPerMinute: ifGiven(options.maxCallsPerMinute, (text) => limit(text, "--max-calls-per-minute")),
    maxOutboundCallS: ifGiven(options.maxCallSeconds, (text) => limit(text, "--max-call-seconds")),
    premiumAllowed: ifGiven(options.premium, isOn),
    country: ifGiven(options.country, (text) => orNull(text, String)),
    timeZone: options.timeZone,
    emergencyNumbers: ifGiven(options.emergencyNumbers, (text) => orNull(text, list)),
    callbackCountries: ifGiven(options.callbackCountries, (text) => orNull(text, list)),
    maxCallbacksPerDay: ifGiven(options.maxCallbacksPerDay, (text) => count(text, "--max-callbacks-per-day")),
    departments: ifGiven(options.departments, list),
    recordingRetentionDays: ifGiven(options.recordingDays, (text) => orNull(text, Number)),
    awayReasons: ifGiven(options.awayReasons, list),
  });
}

const organizationsOf = (store: Store): OrganizationAdministration => new OrganizationAdministration(store, (organization) => belongings(store, organization));

/** `org create`, `org set`, `org remove` and `org list`. */
export function addOrgCommands(program: Command, io: CliIo): void {
  const org = program.command("org").description("organizations (tenants)");

  org
    .command("create")
    .description("make an organization")
    .argument("<name>")
    .requiredOption("--domain <domain>", "its SIP domain: a host name or an IP address")
    .option("--country <code>", "its country, such as GB, in which its numbers are read")
    .option("--departments <names>", "its departments, such as support,sales")
    .option("--json", "print JSON")
    .action(async (name: string, options: { readonly domain: string; readonly country?: string; readonly departments?: string; readonly json?: true }) => {
      await withNewStore(io, async ({ store }) => {
        const made = await organizationsOf(store).create(operator(), { name, domain: options.domain, ...present({ country: options.country, departments: ifGiven(options.departments, list) }) });
        io.out(options.json ? json(made) : `Organization ${made.name} made, domain ${made.domain}.\n`);
      });
    });

  org
    .command("set")
    .description("change an organization")
    .argument("<name>")
    .option("--dial-string <string>", "how a phone number is dialled, {number} where it goes, such as sofia/gateway/trunk/{number}")
    .option("--caller-id <number>", 'shown to the called party; "" leaves it to the trunk')
    .option("--allow <prefixes>", 'prefixes that may be dialled, such as +1,+44, and whole short numbers, such as 112; "" allows own extensions alone')
    .addOption(new Option("--supervision-visible <on|off>", "whether agents see that they are supervised").choices(["on", "off"]))
    .option("--max-calls <count>", 'calls to the outside at once; "" for no limit')
    .option("--max-calls-per-minute <count>", 'calls to the outside begun in any minute; "" for no limit')
    .option("--max-call-seconds <seconds>", 'after which FreeSWITCH ends a call to the outside; "" for no limit')
    .addOption(new Option("--premium <on|off>", "whether premium-rate, shared-cost and satellite numbers may be dialled where a prefix allows them").choices(["on", "off"]))
    .option("--country <code>", 'its country, such as GB; "" for the country of its caller id or its first line')
    .option("--time-zone <zone>", "its time zone, such as Europe/Berlin, by which reports count hours and days")
    .option("--emergency-numbers <numbers>", 'its emergency numbers besides 112 and 911, instead of its country\'s; "" for its country\'s')
    .option("--callback-countries <codes>", 'countries in which callers may be called back, such as GB,IE; "" for its own')
    .option("--max-callbacks-per-day <count>", "callbacks that callers may ask for within any 24 hours; 0 for none")
    .option("--departments <names>", "all of its departments, such as support,sales; others are removed")
    .option("--recording-days <days>", 'how long recordings are kept; "" keeps them for ever')
    .option("--away-reasons <reasons>", 'why an agent may be away, such as lunch,training; "" takes any reason')
    .option("--json", "print JSON")
    .action(async (name: string, options: SetOptions) => {
      const change = changeOf(options);
      const changed = Object.keys(change);
      if (changed.length === 0) throw new UsageError("Nothing to set: give --dial-string, --caller-id, --allow, --supervision-visible, --max-calls, --max-calls-per-minute, --max-call-seconds, --premium, --country, --time-zone, --emergency-numbers, --callback-countries, --max-callbacks-per-day, --departments, --away-reasons or --recording-days.");
      await withStore(io, async ({ store }) => {
        const { id } = await organizationNamed(store, name);
        const made = await organizationsOf(store).update(operator(), id, change);
        io.out(options.json ? json(made) : `Organization ${made.name} changed: ${changed.join(", ")}.\n`);
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
          io.out(json(organizations));
          return;
        }
        const rows = organizations.map((o) => [o.id, o.name, o.domain, o.dialString, o.callerId, o.allowedPrefixes.join(","), o.supervisionVisible ? "on" : "off", o.departments.join(",")]);
        io.out(table(["ID", "NAME", "DOMAIN", "DIAL STRING", "CALLER ID", "ALLOWED", "SUPERVISION VISIBLE", "DEPARTMENTS"], rows));
      });
    });
}
