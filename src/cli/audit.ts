import type { Command } from "commander";
import type { Store } from "../store/index.js";
import type { AuditFilter, AuditRecord } from "../audit/index.js";
import { addAuditUpkeepCommands } from "./audit-upkeep.js";
import { present } from "../present.js";
import { organizationNamed, organizationNames, withStore } from "./context.js";
import type { CliIo } from "./io.js";
import { json, table } from "./output.js";
import { count, since } from "./parse.js";

interface FilterOptions {
  readonly org?: string;
  readonly actor?: string;
  readonly action?: string;
  readonly target?: string;
  readonly since?: string;
  readonly until?: string;
}

interface ListOptions extends FilterOptions {
  readonly limit: string;
  readonly json?: true;
}

const MAX_ENTRIES = 1000;

const withFilter = (command: Command): Command =>
  command
    .option("--org <name>", "of one organization")
    .option("--actor <name>", "of one user or token")
    .option("--action <action>", "such as login.failed or supervision.start")
    .option("--target <target>", "on what: a call's id, a user, a number, an address")
    .option("--since <when>", "a date, or how long ago (2h)")
    .option("--until <when>", "older than that: a date, or how long ago");

async function filterOf(store: Store, options: FilterOptions, limit: number): Promise<AuditFilter> {
  const organization = options.org === undefined ? undefined : await organizationNamed(store, options.org);
  const at = (when: string | undefined, option: string): Date | undefined => (when === undefined ? undefined : since(when, option, Date.now()));
  const { actor, action, target } = options;
  return { limit, ...present({ organizationId: organization?.id, actor, action, target, since: at(options.since, "--since"), until: at(options.until, "--until") }) };
}

const shown = ({ at, organizationId, ...entry }: AuditRecord, names: ReadonlyMap<number, string>) => ({ at: at.toISOString(), organization: organizationId === null ? null : (names.get(organizationId) ?? null), ...entry });

/** `audit export`: every entry, newest first, as lines of JSON; in pages, so that a long log fits into memory. */
function addExport(audit: Command, io: CliIo): void {
  withFilter(audit.command("export").description("print every entry, newest first, each a line of JSON")).action(async (options: FilterOptions) => {
    await withStore(io, async ({ store, note }) => {
      const filter = await filterOf(store, options, MAX_ENTRIES);
      // Before the first line, so that an aborted export is audited too.
      await note(filter.organizationId ?? null, "audit.export", "audit log", { ...options });
      const names = await organizationNames(store);
      let before: number | undefined;
      for (;;) {
        const page = await store.audit.list(before === undefined ? filter : { ...filter, before });
        for (const entry of page) io.out(`${JSON.stringify(shown(entry, names))}\n`);
        before = page.at(-1)?.id;
        if (page.length < MAX_ENTRIES || before === undefined) return;
      }
    });
  });
}

/** The commands `audit …`. */
export function addAuditCommands(program: Command, io: CliIo): void {
  const audit = program.command("audit").description("what was done, and by whom");
  addExport(audit, io);
  addAuditUpkeepCommands(audit, io);

  withFilter(audit.command("list").description("list the newest entries, newest first"))
    .option("--limit <count>", `1 to ${MAX_ENTRIES}`, "100")
    .option("--json", "print JSON")
    .action(async (options: ListOptions) => {
      const limit = count(options.limit, "--limit", MAX_ENTRIES);
      await withStore(io, async ({ store }) => {
        const names = await organizationNames(store);
        const entries = (await store.audit.list(await filterOf(store, options, limit))).map((entry) => shown(entry, names));
        const rows = entries.map((e) => [e.at, e.organization, e.actor, e.action, e.target, Object.keys(e.detail).length === 0 ? "" : JSON.stringify(e.detail)]);
        io.out(options.json ? json(entries) : table(["AT", "ORGANIZATION", "ACTOR", "ACTION", "TARGET", "DETAIL"], rows));
      });
    });
}
