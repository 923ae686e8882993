import type { Command } from "commander";
import { Messages, RecordingFiles, type MessageWorker } from "../call-logs/index.js";
import { systemClock } from "../clock.js";
import { shownMessage } from "../events/index.js";
import { present } from "../present.js";
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

/** The service that the API has, as the operator. A running Callplane tells its consoles nothing of what is changed here. */
const withMessages = <T>(io: CliIo, work: (messages: Messages, session: Session) => Promise<T>): Promise<T> =>
  withAudit(io, (session, audit, logger) => {
    const { store, config } = session;
    const files = new RecordingFiles(config.recordingsDir, config.recordingsReadDir);
    // The operator is no agent, and gives numbers in international form.
    const directory = { departments: () => [], servesDepartment: () => false };
    return work(new Messages({ store: store.callRecords, directory, numbers: { read: () => null }, files, audit, logger, clock: systemClock, told: () => undefined }), session);
  });

const worker = (): MessageWorker => ({ ...operator(), agentId: null });

/** `message list`, `close`, `open` and `remove`. */
export function addMessageCommands(program: Command, io: CliIo): void {
  const message = program.command("message").description("messages that callers have left to departments");

  message
    .command("list")
    .description("list the newest messages, newest first")
    .option("--org <name>", "of one organization")
    .option("--department <name>", "of one department")
    .option("--state <state>", "open or closed")
    .option("--limit <count>", "at most so many", "100")
    .option("--json", "print JSON")
    .action(async ({ org, department, state, limit, json: asJson }: ListOptions) => {
      if (state !== undefined && state !== "open" && state !== "closed") throw new UsageError("--state is open or closed.");
      const page = { limit: count(limit, "--limit", 1000), after: null, newestFirst: true };
      await withMessages(io, async (messages, { store }) => {
        const names = await organizationNames(store);
        const organization = org === undefined ? null : (await organizationNamed(store, org)).id;
        const { items } = await messages.list(worker(), organization, present({ department, isOpen: state === undefined ? undefined : state === "open" }), page);
        const shown = items.map((item) => ({ ...shownMessage(item), organization: names.get(item.organizationId) ?? null }));
        const headings = ["ID", "ORGANIZATION", "DEPARTMENT", "FROM", "LEFT AT", "SECONDS", "STATE", "HEARD BY"];
        io.out(asJson ? json(shown) : table(headings, shown.map((m) => [m.id, m.organization, m.department, m.from, m.leftAt, String(m.durationS), m.state, m.heardBy])));
      });
    });

  for (const [name, description, state] of [["close", "close a message: nothing is left to be done about it", "closed"], ["open", "open a message again", "open"]] as const) {
    message
      .command(name)
      .description(description)
      .argument("<id>")
      .option("--json", "print JSON")
      .action(async (id: string, { json: asJson }: { readonly json?: true }) => {
        const changed = await withMessages(io, (messages) => messages.update(worker(), id, { state }));
        io.out(asJson ? json(shownMessage(changed)) : `Message ${id} is ${state}.\n`);
      });
  }

  message
    .command("remove")
    .description("remove a message with its sound")
    .argument("<id>")
    .option("--json", "print JSON")
    .action(async (id: string, { json: asJson }: { readonly json?: true }) => {
      await withMessages(io, (messages) => messages.remove(worker(), id));
      io.out(asJson ? json({ id }) : `Message ${id} removed.\n`);
    });
}
