import type { Command } from "commander";
import type { PhoneLineRecord } from "../store/index.js";
import { organizationNamed, organizationNames, withStore } from "./context.js";
import { UsageError } from "./io.js";
import type { CliIo } from "./io.js";
import { json, table } from "./output.js";

interface CreateOptions {
  readonly org: string;
  readonly client?: string;
  readonly department?: string;
  readonly name?: string;
  readonly recorded?: true;
  readonly json?: true;
}

const shown = ({ number, name, targetType, target, recorded, createdAt }: PhoneLineRecord, organization: string | null) => ({
  number,
  name,
  organization,
  targetType,
  target,
  recorded,
  createdAt: createdAt.toISOString(),
});

function targetOf({ client, department }: CreateOptions): Pick<PhoneLineRecord, "targetType" | "target"> {
  if (client !== undefined && department === undefined) return { targetType: "client", target: client };
  if (department !== undefined && client === undefined) return { targetType: "department", target: department };
  throw new UsageError("Give either --client or --department.");
}

/** `line create`, `line remove` and `line list`. */
export function addLineCommands(program: Command, io: CliIo): void {
  const line = program.command("line").description("phone lines: numbers by which the outside reaches an organization");

  line
    .command("create")
    .description("send a number's calls to an agent or a department")
    .argument("<number>", "in international form, such as +15551234567")
    .requiredOption("--org <name>", "whose number it is")
    .option("--client <agent>", "the agent id whose phone rings")
    .option("--department <name>", "the department in which callers wait")
    .option("--name <name>", "what it is called; by default the number")
    .option("--recorded", "record its conversations")
    .option("--json", "print JSON")
    .action(async (number: string, options: CreateOptions) => {
      const target = targetOf(options);
      await withStore(io, async ({ store, note }) => {
        const organization = await organizationNamed(store, options.org);
        const made = await store.phoneLines.create({
          organizationId: organization.id,
          number,
          ...target,
          ...(options.name === undefined ? {} : { name: options.name }),
          ...(options.recorded === undefined ? {} : { recorded: true }),
        });
        await note(organization.id, "line.create", made.number, { targetType: made.targetType, target: made.target, recorded: made.recorded });
        io.out(options.json ? json(shown(made, organization.name)) : `Line ${made.number} made, to ${made.targetType} ${made.target}${made.recorded ? ", recorded" : ""}.\n`);
      });
    });

  line
    .command("remove")
    .description("give a number up")
    .argument("<number>")
    .requiredOption("--org <name>", "whose number it is")
    .option("--json", "print JSON")
    .action(async (number: string, options: { readonly org: string; readonly json?: true }) => {
      await withStore(io, async ({ store, note }) => {
        const organization = await organizationNamed(store, options.org);
        await store.phoneLines.remove(organization.id, number);
        await note(organization.id, "line.remove", number);
        io.out(options.json ? json({ number }) : `Line ${number} removed.\n`);
      });
    });

  line
    .command("list")
    .description("list the lines")
    .option("--org <name>", "of one organization")
    .option("--json", "print JSON")
    .action(async (options: { readonly org?: string; readonly json?: true }) => {
      await withStore(io, async ({ store }) => {
        const names = await organizationNames(store);
        const organization = options.org === undefined ? undefined : await organizationNamed(store, options.org);
        const lines = (await store.phoneLines.list(organization?.id)).map((each) => shown(each, names.get(each.organizationId) ?? null));
        const rows = lines.map((l) => [l.number, l.name, l.organization, `${l.targetType} ${l.target}`, l.recorded ? "recorded" : null]);
        io.out(options.json ? json(lines) : table(["NUMBER", "NAME", "ORGANIZATION", "TO", "RECORDED"], rows));
      });
    });
}
