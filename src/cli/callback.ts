import type { Command } from "commander";
import { shownCallback } from "../events/index.js";
import { present } from "../present.js";
import { CALLBACK_STATES, CallbackDesk } from "../queues/index.js";
import { withAudit, type Session } from "./context.js";
import { listCommand, OPERATORS, printList, worker, type ListOptions } from "./department-work.js";
import { UsageError, type CliIo } from "./io.js";
import { json } from "./output.js";

/** The desk that the API has. A running Callplane reads the callbacks within seconds. */
const withDesk = <T>(io: CliIo, work: (desk: CallbackDesk, session: Session) => Promise<T>): Promise<T> =>
  withAudit(io, (session, audit) => work(new CallbackDesk({ ...OPERATORS, store: session.store.callbacks, audit, changed: async () => undefined }), session));

/** `callback list` and `callback cancel`. */
export function addCallbackCommands(program: Command, io: CliIo): void {
  const callback = program.command("callback").description("callbacks that callers have asked for");

  listCommand(callback, "callbacks", CALLBACK_STATES.join(", ")).action(async (options: ListOptions) => {
    const state = CALLBACK_STATES.find((each) => each === options.state);
    if (options.state !== undefined && state === undefined) throw new UsageError(`--state is one of ${CALLBACK_STATES.join(", ")}.`);
    await withDesk(io, (desk, session) =>
      printList(io, session, options, {
        list: (organization, filter, page) => desk.list(worker(), organization, present({ ...filter, state }), page),
        shown: shownCallback,
        headings: ["ID", "ORGANIZATION", "DEPARTMENT", "NUMBER", "JOINED AT", "DUE AT", "ATTEMPTS", "STATE"],
        row: (c) => [c.id, c.organization, c.department, c.number, c.joinedAt, c.dueAt, String(c.attempts), c.state],
      }));
  });

  callback
    .command("cancel")
    .description("cancel a callback that waits")
    .argument("<id>")
    .option("--json", "print JSON")
    .action(async (id: string, { json: asJson }: { readonly json?: true }) => {
      const cancelled = await withDesk(io, (desk) => desk.update(worker(), id, { state: "cancelled" }));
      io.out(asJson ? json(shownCallback(cancelled)) : `The callback to ${cancelled.number} is cancelled.\n`);
    });
}
