import type { Command } from "commander";
import { present } from "../present.js";
import type { PhoneLineRecord } from "../store/index.js";
import { organizationNamed, withStore } from "./context.js";
import { UsageError, type CliIo } from "./io.js";
import { json } from "./output.js";
import { addList, addRemove } from "./owned.js";

interface CreateOptions {
  readonly org: string;
  readonly client?: string;
  readonly department?: string;
  readonly config?: string;
  readonly url?: string;
  readonly fallbackUrl?: string;
  readonly fallbackDepartment?: string;
  readonly trunk?: string;
  readonly name?: string;
  readonly recorded?: true;
  readonly json?: true;
}

const shown = ({ id: _id, organizationId: _organizationId, signingToken, ...rest }: PhoneLineRecord, organization: string | null) => ({ ...rest, hasSigningToken: signingToken !== null, organization });

function targetOf({ client, department, config, url }: CreateOptions): Pick<PhoneLineRecord, "targetType" | "target"> {
  const given = (["client", "department", "config", "url"] as const).flatMap((targetType) => {
    const target = { client, department, config, url }[targetType];
    return target === undefined ? [] : [{ targetType, target }];
  });
  const [only, second] = given;
  if (only === undefined || second !== undefined) throw new UsageError("Give one of --client, --department, --config and --url.");
  return only;
}

/** `line create`, `line remove` and `line list`. */
export function addLineCommands(program: Command, io: CliIo): void {
  const line = program.command("line").description("phone lines: numbers by which the outside reaches an organization");

  line
    .command("create")
    .description("send a number's calls to an agent, a department, a configuration or an application")
    .argument("<number>", "in international form, such as +15551234567")
    .requiredOption("--org <name>", "whose number it is")
    .option("--client <agent>", "the agent id whose phone rings")
    .option("--department <name>", "the department in which callers wait")
    .option("--config <id>", "the configuration that says how callers are met")
    .option("--url <url>", "the application that is asked for TwiML")
    .option("--fallback-url <url>", "asked for TwiML when the application fails")
    .option("--fallback-department <name>", "takes the callers whom no application can serve")
    .option("--trunk <name>", "the trunk by which its calls come, and by which go those that it dials; by default the organization's dial string counts")
    .option("--name <name>", "its name; by default the number")
    .option("--recorded", "record its conversations")
    .option("--json", "print JSON")
    .action(async (number: string, options: CreateOptions) => {
      const target = targetOf(options);
      await withStore(io, async ({ unit }) => {
        const { made, organization } = await unit(async (tx, note) => {
          const owner = await organizationNamed(tx, options.org);
          const created = await tx.phoneLines.create({ organizationId: owner.id, number, ...target, ...present({ name: options.name, recorded: options.recorded, fallbackUrl: options.fallbackUrl, fallbackDepartment: options.fallbackDepartment, trunk: options.trunk }) });
          await note(owner.id, "line.create", created.number, { targetType: created.targetType, target: created.target, recorded: created.recorded, ...(created.trunk === null ? {} : { trunk: created.trunk }) });
          return { made: created, organization: owner };
        });
        io.out(options.json ? json(shown(made, organization.name)) : `Line ${made.number} made, to ${made.targetType} ${made.target}${made.recorded ? ", recorded" : ""}${made.trunk === null ? "" : `, by the trunk ${made.trunk}`}.\n`);
      });
    });

  addRemove(line, io, "number", "remove a line", ({ unit }, organizationId, number) =>
    unit(async (tx, note) => {
      await tx.phoneLines.remove(organizationId, number);
      await note(organizationId, "line.remove", number);
    }),
  );
  addList(line, io, {
    description: "list the lines",
    of: (store) => store.phoneLines,
    shown,
    columns: { NUMBER: (l) => l.number, NAME: (l) => l.name, ORGANIZATION: (l) => l.organization, TO: (l) => `${l.targetType} ${l.target}`, RECORDED: (l) => (l.recorded ? "recorded" : null), TRUNK: (l) => l.trunk },
  });
}
