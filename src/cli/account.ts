import type { Command } from "commander";
import { notFound } from "../errors.js";
import type { Accounts, OrganizationRecord, VoiceAccount } from "../store/index.js";
import { organizationNamed, organizationNames, withStore } from "./context.js";
import type { CliIo } from "./io.js";
import { json, table } from "./output.js";

interface Options {
  readonly org: string;
  readonly json?: true;
}

const shown = ({ sid, previousAuthToken, createdAt, rotatedAt }: VoiceAccount, organization: string | null) => ({ accountSid: sid, hasPreviousToken: previousAuthToken !== null, createdAt, rotatedAt, organization });

const withToken = (account: VoiceAccount, { name }: OrganizationRecord, isJson: boolean): string =>
  isJson ? json({ ...shown(account, name), authToken: account.authToken }) : `Account SID  ${account.sid}\nAuth token   ${account.authToken}\nThe token is shown this once.\n`;

/** `account create`, `account show`, `account rotate`, `account forget-previous` and `account list`. An auth token is shown when it is made, and never again. */
export function addAccountCommands(program: Command, io: CliIo): void {
  const account = program.command("account").description("accounts of voice applications: the account SID and auth token that Twilio's libraries take");

  /** Changes one organization's account, with the note in the audit log, in one unit of work. */
  const change = (options: Options, action: string, detail: Readonly<Record<string, boolean>>, to: (tx: Accounts, organizationId: number) => Promise<VoiceAccount>, told: (changed: VoiceAccount, organization: OrganizationRecord) => string): Promise<void> =>
    withStore(io, async ({ unit }) => {
      const done = await unit(async (tx, note) => {
        const organization = await organizationNamed(tx, options.org);
        const changed = await to(tx, organization.id);
        await note(organization.id, action, changed.sid, detail);
        return { changed, organization };
      });
      io.out(told(done.changed, done.organization));
    });

  account
    .command("create")
    .description("make an organization's account; prints the auth token this once")
    .requiredOption("--org <name>", "whose account it is")
    .option("--json", "print JSON")
    .action((options: Options) => change(options, "account.create", {}, (tx, id) => tx.voiceAccounts.create(id), (made, organization) => withToken(made, organization, options.json === true)));

  account
    .command("rotate")
    .description("make a new auth token; prints it this once")
    .requiredOption("--org <name>", "whose account it is")
    .option("--forget-previous", "accept the present token no more")
    .option("--json", "print JSON")
    .action((options: Options & { readonly forgetPrevious?: true }) => {
      const keepsPrevious = options.forgetPrevious !== true;
      return change(options, "account.rotate", { keepsPrevious }, (tx, id) => tx.voiceAccounts.rotate(id, { keepsPrevious }), (made, organization) => withToken(made, organization, options.json === true));
    });

  account
    .command("forget-previous")
    .description("accept the token before the last rotation no more")
    .requiredOption("--org <name>", "whose account it is")
    .option("--json", "print JSON")
    .action((options: Options) =>
      change(options, "account.forgetPrevious", {}, (tx, id) => tx.voiceAccounts.forgetPrevious(id), (changed, organization) => (options.json ? json(shown(changed, organization.name)) : `The account ${changed.sid} accepts its present token alone.\n`)),
    );

  account
    .command("show")
    .description("show an organization's account, without its auth token")
    .requiredOption("--org <name>", "whose account it is")
    .option("--json", "print JSON")
    .action(async (options: Options) => {
      await withStore(io, async ({ store }) => {
        const organization = await organizationNamed(store, options.org);
        const [found] = await store.voiceAccounts.list(organization.id);
        if (found === undefined) throw notFound("The organization's account");
        io.out(options.json ? json(shown(found, organization.name)) : `Account SID  ${found.sid}\nToken made   ${found.rotatedAt.toISOString()}\n${found.previousAuthToken === null ? "" : "The token before it is accepted too.\n"}`);
      });
    });

  account
    .command("list")
    .description("list the accounts, without their auth tokens")
    .option("--json", "print JSON")
    .action(async (options: { readonly json?: true }) => {
      await withStore(io, async ({ store }) => {
        const names = await organizationNames(store);
        const all = (await store.voiceAccounts.list()).map((each) => shown(each, names.get(each.organizationId) ?? null));
        io.out(options.json ? json(all) : table(["ACCOUNT SID", "ORGANIZATION", "TOKEN MADE", "PREVIOUS"], all.map((each) => [each.accountSid, each.organization, each.rotatedAt.toISOString(), each.hasPreviousToken ? "accepted" : null])));
      });
    });
}
