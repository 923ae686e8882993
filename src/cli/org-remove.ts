import type { Command } from "commander";
import { belongings, OrganizationAdministration } from "../staff/index.js";
import { operator, organizationNamed, withStore } from "./context.js";
import type { CliIo } from "./io.js";
import { json } from "./output.js";

/** `org remove`: users, agents, departments and the like are removed too, which needs `--yes`; history stays. */
export function addOrgRemove(org: Command, io: CliIo): void {
  org
    .command("remove")
    .description("remove an organization with all that is its own; call records, recordings and the audit log stay, for root to see")
    .argument("<name>")
    .option("--yes", "also when something is removed with it")
    .option("--json", "print JSON")
    .action(async (name: string, options: { readonly yes?: true; readonly json?: true }) => {
      await withStore(io, async ({ store }) => {
        const organization = await organizationNamed(store, name);
        const organizations = new OrganizationAdministration(store, (each) => belongings(store, each));
        const counts = await organizations.remove(operator(), organization.id, { withAll: options.yes === true, hint: " Give --yes to remove them." });
        const all = [...counts].map(([what, count]) => `${count} ${what}`).join(", ");
        io.out(options.json ? json({ name: organization.name, removed: Object.fromEntries(counts) }) : `Organization ${organization.name} removed${all === "" ? "" : `, and with it ${all}`}.\n`);
      });
    });
}
