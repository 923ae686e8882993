import type { Command } from "commander";
import { closeOpen } from "../call-logs/index.js";
import { conflict } from "../errors.js";
import { withStore } from "./context.js";
import type { CliIo } from "./io.js";
import { json, oneLine, table } from "./output.js";
import { count } from "./parse.js";

/** `records close` and `records aside`. */
export function addRecordsCommands(program: Command, io: CliIo): void {
  const records = program.command("records").description("call records: those left open, and those that could not be stored");

  records
    .command("close")
    .description("close the open call records of a FreeSWITCH that no Callplane follows any more, at its last sign of life")
    .requiredOption("--node <name>", "its name in FREESWITCH_NODES")
    .option("--json", "print JSON")
    .action(async ({ node, json: asJson }: { readonly node: string; readonly json?: true }) => {
      await withStore(io, async ({ config, store, note }) => {
        if (config.switchNodes.some(({ name }) => name === node)) throw conflict(`FREESWITCH_NODES names ${node}: the Callplane that follows it closes its records.`);
        const calls = await closeOpen(store, node);
        await note(null, "records.close", node, { calls });
        io.out(asJson ? json({ node, calls }) : `${calls} call records of ${node} closed.\n`);
      });
    });

  records
    .command("aside")
    .description("list what could not be stored and was set aside, the newest first; --json has the contents")
    .option("--limit <number>", "at most so many", "100")
    .option("--json", "print JSON")
    .action(async ({ limit, json: asJson }: { readonly limit: string; readonly json?: true }) => {
      await withStore(io, async ({ store }) => {
        const aside = await store.cdrQuarantine.list(count(limit, "--limit", 1000));
        io.out(asJson ? json(aside) : table(["AT", "ORIGIN", "REASON"], aside.map(({ at, origin, reason }) => [at.toISOString(), oneLine(origin), oneLine(reason)])));
      });
    });
}
