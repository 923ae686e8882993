import type { Command } from "commander";
import { Messages, RecordingFiles } from "../call-logs/index.js";
import { systemClock } from "../clock.js";
import { shownMessage } from "../events/index.js";
import { present } from "../present.js";
import { withAudit, type Session } from "./context.js";
import { listCommand, OPERATORS, printList, worker, type ListOptions } from "./department-work.js";
import { UsageError, type CliIo } from "./io.js";
import { json } from "./output.js";

/** The service that the API has, as the operator. A running Callplane tells its consoles nothing of what is changed here. */
const withMessages = <T>(io: CliIo, work: (messages: Messages, session: Session) => Promise<T>): Promise<T> =>
  withAudit(io, (session, audit, logger) => {
    const { store, config } = session;
    const files = new RecordingFiles(config.recordingsDir, config.recordingsReadDir);
    return work(new Messages({ ...OPERATORS, store: store.callRecords, files, audit, logger, clock: systemClock, told: () => undefined }), session);
  });

/** `message list`, `close`, `open` and `remove`. */
export function addMessageCommands(program: Command, io: CliIo): void {
  const message = program.command("message").description("messages that callers have left to departments");

  listCommand(message, "messages", "open or closed").action(async (options: ListOptions) => {
    const { state } = options;
    if (state !== undefined && state !== "open" && state !== "closed") throw new UsageError("--state is open or closed.");
    await withMessages(io, (messages, session) =>
      printList(io, session, options, {
        list: (organization, filter, page) => messages.list(worker(), organization, present({ ...filter, isOpen: state === undefined ? undefined : state === "open" }), page),
        shown: shownMessage,
        headings: ["ID", "ORGANIZATION", "DEPARTMENT", "FROM", "LEFT AT", "SECONDS", "STATE", "HEARD BY"],
        row: (m) => [m.id, m.organization, m.department, m.from, m.leftAt, String(m.durationS), m.state, m.heardBy],
      }));
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
