import type { Command } from "commander";
import { shownCallback } from "../events/index.js";
import { present } from "../present.js";
import { CALLBACK_STATES, CallbackDesk } from "../queues/index.js";
import { operator, organizationNamed, organizationNames, withAudit, type Session } from "./context.js";
import { UsageError, type CliIo } from "./io.js";
import { json, table } from "./output.js";
import { count } from "./parse.js";

interface ListOptions {
  readonly org?: string;
  readonly department?: string;
  readonly state?: string;
  readonly limit: string;
  readonly json?: true;
}

/** The desk that the API has. A running Callplane reads the callbacks within seconds. */
const withDesk = <T>(io: CliIo, work: (desk: CallbackDesk, session: Session) => Promise<T>): Promise<T> =>
  // The operator is no agent, and gives numbers in international form.
  withAudit(io, (session, audit) => work(new CallbackDesk({ store: session.store.callbacks, directory: { departments: () => [], servesDepartment: () => false }, numbers: { read: () => null }, audit, changed: async () => undefined }), session));

/** `callback list` and `callback cancel`. */
export function addCallbackCommands(program: Command, io: CliIo): void {
  const callback = program.command("callback").description("callbacks that callers have asked for");

  callback
    .command("list")
    .description("list the newest callbacks, newest first")
    .option("--org <name>", "of one organization")
    .option("--department <name>", "of one department")
    .option("--state <state>", CALLBACK_STATES.join(", "))
    .option("--limit <count>", "at most so many", "100")
    .option("--json", "print JSON")
    .action(async ({ org, department, state: word, limit, json: asJson }: ListOptions) => {
      const state = CALLBACK_STATES.find((each) => each === word);
      if (word !== undefined && state === undefined) throw new UsageError(`--state is one of ${CALLBACK_STATES.join(", ")}.`);
      const page = { limit: count(limit, "--limit", 1000), after: null, newestFirst: true };
      await withDesk(io, async (desk, { store }) => {
        const names = await organizationNames(store);
        const organization = org === undefined ? null : (await organizationNamed(store, org)).id;
        const { items } = await desk.list({ ...operator(), agentId: null }, organization, present({ department, state }), page);
        const shown = items.map((item) => ({ ...shownCallback(item), organization: names.get(item.organizationId) ?? null }));
        const headings = ["ID", "ORGANIZATION", "DEPARTMENT", "NUMBER", "JOINED AT", "DUE AT", "ATTEMPTS", "STATE"];
        io.out(asJson ? json(shown) : table(headings, shown.map((c) => [c.id, c.organization, c.department, c.number, c.joinedAt, c.dueAt, String(c.attempts), c.state])));
      });
    });

  callback
    .command("cancel")
    .description("cancel a callback that waits")
    .argument("<id>")
    .option("--json", "print JSON")
    .action(async (id: string, { json: asJson }: { readonly json?: true }) => {
      const cancelled = await withDesk(io, (desk) => desk.update({ ...operator(), agentId: null }, id, { state: "cancelled" }));
      io.out(asJson ? json(shownCallback(cancelled)) : `The callback to ${cancelled.number} is cancelled.\n`);
    });
}
