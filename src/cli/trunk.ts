import type { Command } from "commander";
import { present } from "../present.js";
import type { TrunkRecord } from "../store/index.js";
import { TrunkAdministration } from "../staff/index.js";
import { operator, organizationNamed, withStore } from "./context.js";
import { secretFrom, UsageError, type CliIo } from "./io.js";
import { json } from "./output.js";
import { addList, addRemove } from "./owned.js";
import { list } from "./parse.js";

interface CreateOptions {
  readonly org: string;
  readonly proxy: string;
  readonly username?: string;
  readonly passwordStdin?: true;
  readonly register?: true;
  readonly networks?: string;
  readonly json?: true;
}

const shown = ({ id: _id, organizationId: _organizationId, ...rest }: TrunkRecord, organization: string | null) => ({ ...rest, organization });

/** `trunk create`, `trunk remove` and `trunk list`. A password is taken from standard input alone, and never shown. */
export function addTrunkCommands(program: Command, io: CliIo): void {
  const trunk = program.command("trunk").description("trunks: gateways to the outside, served to FreeSWITCH");

  trunk
    .command("create")
    .description("make a trunk")
    .argument("<name>", "the gateway's name in FreeSWITCH")
    .requiredOption("--org <name>", "whose trunk it is")
    .requiredOption("--proxy <host>", "the provider's address, such as sip.example.com or sip.example.com:5080;transport=tcp")
    .option("--username <name>", "of the account; none when the provider knows FreeSWITCH by its address")
    .option("--password-stdin", "read the account's password from standard input; a terminal asks for it")
    .option("--register", "register there")
    .option("--networks <networks>", "from which its calls come, such as 192.0.2.0/24,198.51.100.7/32")
    .option("--json", "print JSON")
    .action(async (name: string, options: CreateOptions) => {
      if (options.register && (options.username === undefined || options.passwordStdin === undefined)) throw new UsageError("--register needs --username and --password-stdin.");
      const password = options.passwordStdin ? await secretFrom(io, "Password of the account") : "";
      if (options.passwordStdin && password === "") throw new UsageError("The password is empty.");
      await withStore(io, async ({ store }) => {
        const organization = await organizationNamed(store, options.org);
        const made = await new TrunkAdministration(store).create(operator(), {
          organizationId: organization.id,
          name,
          proxy: options.proxy,
          password,
          register: options.register === true,
          ...present({ username: options.username, networks: options.networks === undefined ? undefined : list(options.networks) }),
        });
        const next = `To dial by it: callplane org set "${organization.name}" --dial-string "sofia/gateway/${made.name}/{number}"`;
        io.out(options.json ? json(shown(made, organization.name)) : `Trunk ${made.name} made, to ${made.proxy}.\n${next}\n`);
      });
    });

  addRemove(trunk, io, "name", "remove a trunk; its present calls go on", ({ store }, organizationId, name) => new TrunkAdministration(store).remove(operator(), name, organizationId));
  addList(trunk, io, {
    description: "list the trunks, without their passwords",
    of: (store) => store.trunks,
    shown,
    columns: { NAME: (t) => t.name, ORGANIZATION: (t) => t.organization, PROXY: (t) => t.proxy, USERNAME: (t) => t.username, REGISTER: (t) => (t.register ? "registers" : null), NETWORKS: (t) => t.networks.join(",") },
  });
}
