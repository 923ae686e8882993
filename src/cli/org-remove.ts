import type { Command } from "commander";
import { conflict } from "../errors.js";
import type { OrganizationRecord, Store } from "../store/index.js";
import { organizationNamed, withStore } from "./context.js";
import type { CliIo } from "./io.js";
import { json } from "./output.js";

/** Counts what is removed with an organization. */
async function belongings(store: Store, { id, departments }: OrganizationRecord): Promise<ReadonlyMap<string, number>> {
  const [users, agents, lines, configs, trunks, tokens, callbacks, calls] = await Promise.all([
    store.users.list(id),
    store.agents.list(id),
    store.phoneLines.list(id),
    store.voiceConfigs.list(id),
    store.trunks.list(id),
    store.tokens.list({ services: true }),
    store.callbacks.open(),
    store.callRecords.open(),
  ]);
  const own = (all: readonly { readonly organizationId: number | null }[]): number => all.filter(({ organizationId }) => organizationId === id).length;
  const counts: readonly (readonly [string, number])[] = [
    ["users", users.length],
    ["agents", agents.length],
    ["departments", departments.length],
    ["phone lines", lines.length],
    ["configurations", configs.length],
    ["trunks", trunks.length],
    ["service tokens", own(tokens.filter(({ revokedAt }) => revokedAt === null))],
    ["callbacks that callers wait for", own(callbacks)],
    ["live calls, which nobody controls then", own(calls)],
  ];
  return new Map(counts.filter(([, count]) => count > 0));
}

/** `org remove`: users, agents, departments and the like are removed too, which needs `--yes`; history stays. */
export function addOrgRemove(org: Command, io: CliIo): void {
  org
    .command("remove")
    .description("remove an organization with all that is its own; call records, recordings and the audit log stay, for root to see")
    .argument("<name>")
    .option("--yes", "also when something is removed with it")
    .option("--json", "print JSON")
    .action(async (name: string, options: { readonly yes?: true; readonly json?: true }) => {
      await withStore(io, async ({ store, unit }) => {
        const organization = await organizationNamed(store, name);
        const counts = await belongings(store, organization);
        const all = [...counts].map(([what, count]) => `${count} ${what}`).join(", ");
        if (counts.size > 0 && options.yes === undefined) throw conflict(`With the organization ${organization.name} go ${all}. Give --yes to remove them.`);
        await unit(async (tx, note) => {
          await tx.organizations.remove(organization.id);
          await note(organization.id, "org.remove", organization.name, { domain: organization.domain, ...Object.fromEntries(counts) });
        });
        io.out(options.json ? json({ name: organization.name, removed: Object.fromEntries(counts) }) : `Organization ${organization.name} removed${all === "" ? "" : `, and with it ${all}`}.\n`);
      });
    });
}
