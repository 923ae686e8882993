import type { Command } from "commander";
import type { AuditFilter } from "../store/index.js";
import { organizationNamed, organizationNames, withStore } from "./context.js";
import type { CliIo } from "./io.js";
import { json, table } from "./output.js";
import { count, since } from "./parse.js";

interface ListOptions {
  readonly org?: string;
  readonly actor?: string;
  readonly action?: string;
  readonly target?: string;
  readonly since?: string;
  readonly until?: string;
  readonly limit: string;
  readonly json?: true;
}

const MAX_ENTRIES = 1000;

const PAGE = 1000;

/** `audit export`: every entry, newest first, as lines of JSON; in pages, so that a long log fits into memory. */
function addExport(audit: Command, io: CliIo): void {
  audit
    .command("export")
    .description("print every entry, newest first, each a line of JSON")
    .option("--org <name>", "of one organization")
    .option("--since <when>", "a date, or how long ago (2h)")
    .action(async (options: Pick<ListOptions, "org" | "since">) => {
      await withStore(io, async ({ store }) => {
        const organization = options.org === undefined ? undefined : await organizationNamed(store, options.org);
        const filter: AuditFilter = {
          limit: PAGE,
          ...(organization === undefined ? {} : { organizationId: organization.id }),
          ...(options.since === undefined ? {} : { since: since(options.since, "--since", Date.now()) }),
        };
        const names = await organizationNames(store);
        let before: number | undefined;
        for (;;) {
          const page = await store.audit.list(before === undefined ? filter : { ...filter, before });
          for (const { at, organizationId, ...entry } of page) io.out(`${JSON.stringify({ at: at.toISOString(), organization: organizationId === null ? null : (names.get(organizationId) ?? null), ...entry })}\n`);
          before = page.at(-1)?.id;
          if (page.length < PAGE || before === undefined) return;
        }
      });
    });
}

/** `audit list` and `audit export`. */
export function addAuditCommands(program: Command, io: CliIo): void {
  const audit = program.command("audit").description("what was done, and by whom");
  addExport(audit, io);

  audit
    .command("list")
    .description("list the newest entries, newest first")
    .option("--org <name>", "of one organization")
    .option("--actor <name>", "of one user or token")
    .option("--action <action>", "such as login.failed or supervision.start")
    .option("--target <target>", "on what: a call's id, a user, a number, an address")
    .option("--since <when>", "a date, or how long ago (2h)")
    .option("--until <when>", "older than that: a date, or how long ago")
    .option("--limit <count>", `1 to ${MAX_ENTRIES}`, "100")
    .option("--json", "print JSON")
    .action(async (options: ListOptions) => {
      const filter: AuditFilter = {
        limit: count(options.limit, "--limit", MAX_ENTRIES),
        ...(options.actor === undefined ? {} : { actor: options.actor }),
        ...(options.action === undefined ? {} : { action: options.action }),
        ...(options.target === undefined ? {} : { target: options.target }),
        ...(options.since === undefined ? {} : { since: since(options.since, "--since", Date.now()) }),
        ...(options.until === undefined ? {} : { until: since(options.until, "--until", Date.now()) }),
      };
      await withStore(io, async ({ store }) => {
        const organization = options.org === undefined ? undefined : await organizationNamed(store, options.org);
        const names = await organizationNames(store);
        const found = await store.audit.list(organization === undefined ? filter : { ...filter, organizationId: organization.id });
        const entries = found.map(({ at, organizationId, ...entry }) => ({ at: at.toISOString(), organization: organizationId === null ? null : (names.get(organizationId) ?? null), ...entry }));
        const rows = entries.map((e) => [e.at, e.organization, e.actor, e.action, e.target, Object.keys(e.detail).length === 0 ? "" : JSON.stringify(e.detail)]);
        io.out(options.json ? json(entries) : table(["AT", "ORGANIZATION", "ACTOR", "ACTION", "TARGET", "DETAIL"], rows));
      });
    });
}
