import { Option, type Command } from "commander";
import { assertGoodPassword, hashPassword, supervisionPermissions } from "../auth/index.js";
import { UserAdministration } from "../staff/index.js";
import { permissions as modes, USER_ROLES, type Store, type UserRecord, type UserRole } from "../store/index.js";
import { operator, organizationNamed, organizationNames, userNamed, withNewStore, withStore } from "./context.js";
import { secretFrom, UsageError, type CliIo } from "./io.js";
import { json } from "./output.js";
import { addList } from "./owned.js";
import { list } from "./parse.js";

interface PasswordOptions {
  readonly password?: string;
  readonly passwordStdin?: true;
}

interface CreateOptions extends PasswordOptions {
  readonly org?: string;
  readonly role: UserRole;
  readonly agent?: string;
  readonly extension?: string;
  readonly departments?: string;
  readonly permissions?: string;
  readonly json?: true;
}

async function passwordFrom(io: CliIo, { password, passwordStdin }: PasswordOptions): Promise<string> {
  if ((password === undefined) === (passwordStdin === undefined)) throw new UsageError("Give either --password or --password-stdin.");
  const given = password ?? (await secretFrom(io, "Password"));
  if (given === "") throw new UsageError("The password is empty.");
  return given;
}

const shown = (user: UserRecord, organization: string | null) => ({
  username: user.username,
  role: user.role,
  organization,
  agent: user.agentId,
  extension: user.extension,
  permissions: [...supervisionPermissions(user.role, user.permissions)],
  disabled: user.disabled,
  createdAt: user.createdAt.toISOString(),
});

interface NamedOptions {
  readonly org?: string;
  readonly json?: true;
}

const usersOf = (store: Store, io: CliIo): UserAdministration => new UserAdministration(store, (password) => hashPassword(password, io.passwordCost));

const LOGIN = "<username>";
const LOGIN_TEXT = "the name, or name@domain where several organizations have it";

async function setDisabled(io: CliIo, username: string, disabled: boolean, { org, json: asJson }: NamedOptions): Promise<void> {
  await withStore(io, async ({ store }) => {
    const { id } = await userNamed(store, username, org);
    const user = await usersOf(store, io).update(operator(), id, { disabled });
    const names = await organizationNames(store);
    io.out(asJson ? json(shown(user, names.get(user.organizationId ?? 0) ?? null)) : `User ${user.username} ${disabled ? "disabled; logins and registrations have ended" : "enabled"}.\n`);
  });
}

interface DeleteOptions extends NamedOptions {
  readonly withAgent?: true;
}

async function remove(io: CliIo, username: string, { org, withAgent, json: asJson }: DeleteOptions): Promise<void> {
  await withStore(io, async ({ store }) => {
    const user = await userNamed(store, username, org);
    const { organizationId, agentId } = user;
    const agent = organizationId === null || agentId === null ? null : await store.agents.find(organizationId, agentId);
    if (withAgent && agent === null) throw new UsageError(`The user ${user.username} is no agent; leave --with-agent out.`);
    const gone = withAgent === true ? agent : null;
    await usersOf(store, io).remove(operator(), user.id, { withAgent: withAgent === true });
    const rest = agent === null ? "" : gone === null ? ` The agent ${agent.agentId} and its phone stay.` : ` The agent ${gone.agentId} is deleted too.`;
    io.out(asJson ? json({ username: user.username, agent: gone?.agentId ?? null, deleted: true }) : `User ${user.username} deleted; logins have ended.${rest}\n`);
  });
}

function addCreate(user: Command, io: CliIo): void {
  user
    .command("create")
    .description("make a user")
    .argument("<username>")
    .option("--org <name>", "the user's organization; root has none")
    .addOption(new Option("--role <role>").choices(USER_ROLES).makeOptionMandatory())
    .option("--agent <id>", "the user's agent id; needed for the role agent")
    .option("--extension <extension>", "the agent's extension; by default the agent id")
    .option("--departments <names>", "the agent's departments, such as support,sales; with * the agent sees who waits in all; by default none")
    .option("--permissions <modes>", "a supervisor's modes: listen,whisper,barge (all, unless given)")
    .option("--password <password>")
    .option("--password-stdin", "read the password from standard input; a terminal asks for it")
    .option("--json", "print JSON")
    .action(async (username: string, options: CreateOptions) => {
      const { org, role, agent, extension } = options;
      if (role === "root" ? org !== undefined : org === undefined) throw new UsageError(role === "root" ? "root belongs to no organization; leave --org out." : "--org is needed.");
      const password = await passwordFrom(io, options);
      assertGoodPassword(password, username);
      const opened = role === "root" ? withNewStore : withStore;
      await opened(io, async ({ store }) => {
        const organization = org === undefined ? null : await organizationNamed(store, org);
        const made = await usersOf(store, io).create(operator(), {
          username,
          organizationId: organization?.id ?? null,
          role,
          agentId: agent ?? null,
          extension: extension ?? null,
          ...(options.departments === undefined ? {} : { departments: list(options.departments) }),
          permissions: options.permissions === undefined ? null : modes(list(options.permissions)),
          password,
        });
        io.out(options.json ? json(shown(made, organization?.name ?? null)) : `User ${made.username} made, role ${role}${made.agentId === null ? "" : `, agent ${made.agentId}, extension ${made.extension}`}.\n`);
      });
    });
}

/** `user create`, `passwd`, `disable`, `enable`, `delete` and `list`. */
export function addUserCommands(program: Command, io: CliIo): void {
  const user = program.command("user").description("people who log in");
  addCreate(user, io);

  user
    .command("passwd")
    .description("change a user's password; logins and registrations end")
    .argument(LOGIN, LOGIN_TEXT)
    .option("--org <name>", "the user's organization")
    .option("--password <password>")
    .option("--password-stdin", "read the password from standard input; a terminal asks for it")
    .option("--json", "print JSON")
    .action(async (username: string, options: PasswordOptions & NamedOptions) => {
      const password = await passwordFrom(io, options);
      await withStore(io, async ({ store }) => {
        const { id } = await userNamed(store, username, options.org);
        const changed = await usersOf(store, io).setPassword(operator(), id, password);
        io.out(options.json ? json({ username: changed.username }) : `Password of ${changed.username} changed; logins have ended.\n`);
      });
    });

  for (const [verb, disabled, description] of [
    ["disable", true, "refuse a user from now on"],
    ["enable", false, "let a disabled user in again"],
  ] as const) {
    user
      .command(verb)
      .description(description)
      .argument(LOGIN, LOGIN_TEXT)
      .option("--org <name>", "the user's organization")
      .option("--json", "print JSON")
      .action((username: string, options: NamedOptions) => setDisabled(io, username, disabled, options));
  }

  user
    .command("delete")
    .description("delete a user for good; logins and one-time passwords end, the agent and its phone stay unless --with-agent")
    .argument(LOGIN, LOGIN_TEXT)
    .option("--org <name>", "the user's organization")
    .option("--with-agent", "delete the user's agent too, with its phone's password")
    .option("--json", "print JSON")
    .action((username: string, options: DeleteOptions) => remove(io, username, options));

  addList(user, io, {
    description: "list the users",
    of: (store) => store.users,
    shown,
    columns: {
      USERNAME: (u) => u.username,
      ROLE: (u) => u.role,
      ORGANIZATION: (u) => u.organization,
      AGENT: (u) => u.agent,
      EXTENSION: (u) => u.extension,
      PERMISSIONS: (u) => u.permissions.join(","),
      STATE: (u) => (u.disabled ? "disabled" : "enabled"),
    },
  });
}
