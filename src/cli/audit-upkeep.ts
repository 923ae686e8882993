/** `audit verify`, `audit chain`, `audit retention` and `audit prune`. */
import { Option, type Command } from "commander";
import type { AuditVerdict } from "../audit/index.js";
import { operatorName, withStore } from "./context.js";
import { SilentFailure, UsageError, type CliIo } from "./io.js";
import { json } from "./output.js";
import { count, since } from "./parse.js";

const MAX_ID = 999_999_999;
const DAY_MS = 86_400_000;

interface VerifyOptions {
  readonly after?: string;
  readonly expect?: string;
  readonly json?: true;
}

function asText({ entries, since: oldest, newest, pruned, fault }: AuditVerdict): string {
  const lines = [
    `${entries} entries${oldest === null ? "" : ` since ${oldest.toISOString()}`}${pruned === null ? "" : `, those up to ${pruned.id} were pruned`}.`,
    ...(newest === null ? [] : [`The newest that fits is ${newest.id}:${newest.hash}`]),
    fault === null ? "Every entry is as it was written, and none is missing." : `BROKEN: the entry ${fault.id} ${fault.what}.`,
  ];
  return `${lines.join("\n")}\n`;
}

function addVerify(audit: Command, io: CliIo): void {
  audit
    .command("verify")
    .description("check that no entry was changed, inserted or removed by hand; otherwise prints the first fault, with exit code 1")
    .option("--after <id>", "check only the entries after this one, such as the one that reports a break")
    .option("--expect <id:hash>", "an entry as an earlier check printed it, which must still be there (finds a restored older database)")
    .option("--json", "print JSON")
    .action(async (options: VerifyOptions) => {
      const after = options.after === undefined ? undefined : count(options.after, "--after", MAX_ID);
      const [, id, hash] = /^(\d{1,9}):([A-Za-z0-9_-]{43})$/.exec(options.expect ?? "") ?? [];
      if (options.expect !== undefined && id === undefined) throw new UsageError("--expect: give what audit verify printed, the entry's number, a colon and its hash.");
      await withStore(io, async ({ store }) => {
        const found = await store.audit.verify(after === undefined ? {} : { after });
        const pruned = found.pruned !== null && Number(id) <= found.pruned.id;
        const set = id === undefined || pruned || (await store.audit.mark(Number(id)))?.hash === hash;
        const verdict = found.fault === null && !set ? { ...found, fault: { id: Number(id), what: "is not the one that was there before: the database was set back, or the log begun anew" } } : found;
        io.out(options.json ? json({ ok: verdict.fault === null, ...verdict }) : asText(verdict));
        if (verdict.fault !== null) throw new SilentFailure();
      });
    });
}

interface RetentionOptions {
  readonly daily?: "on" | "off";
  readonly json?: true;
}

const shown = (days: number | null, daily: boolean): string => (days === null ? "Kept for ever: nothing may be pruned.\n" : `Kept for ${days} days at least; then ${daily ? "Callplane prunes once a day" : "audit prune may remove them"}.\n`);

function addRetention(audit: Command, io: CliIo): void {
  audit
    .command("retention")
    .description("show or set how long entries are kept at least, and who prunes")
    .argument("[days]", 'days, or "never" to keep them for ever')
    .addOption(new Option("--daily <on|off>", "whether Callplane itself prunes once a day, besides audit prune").choices(["on", "off"]))
    .option("--json", "print JSON")
    .action(async (days: string | undefined, options: RetentionOptions) => {
      await withStore(io, async ({ store }) => {
        const before = await store.audit.retention();
        if (days !== undefined || options.daily !== undefined) {
          const next = { days: days === undefined ? before.days : days === "never" ? null : count(days, "days", 36_500), daily: options.daily === undefined ? before.daily : options.daily === "on" };
          await store.audit.setRetention(next, operatorName());
        }
        const now = await store.audit.retention();
        io.out(options.json ? json(now) : shown(now.days, now.daily));
      });
    });
}

function addPrune(audit: Command, io: CliIo): void {
  audit
    .command("prune")
    .description("remove the oldest entries, as far as the retention allows; this is audited")
    .option("--before <when>", "older than that: a date, or how long ago (400d); by default all that the retention allows")
    .option("--json", "print JSON")
    .action(async (options: { readonly before?: string; readonly json?: true }) => {
      await withStore(io, async ({ store }) => {
        const { days } = await store.audit.retention();
        const now = Date.now();
        const before = options.before === undefined ? new Date(now - (days ?? 0) * DAY_MS) : since(options.before, "--before", now);
        const entries = await store.audit.prune(before, operatorName());
        io.out(options.json ? json({ entries }) : `${entries} entries pruned.\n`);
      });
    });
}

export function addAuditUpkeepCommands(audit: Command, io: CliIo): void {
  addVerify(audit, io);
  addRetention(audit, io);
  addPrune(audit, io);
  audit
    .command("chain")
    .description("take the entries from before the chain into it; happens automatically when the key is made")
    .option("--json", "print JSON")
    .action(async (options: { readonly json?: true }) => {
      await withStore(io, async ({ store }) => {
        const entries = await store.audit.chain(operatorName());
        io.out(options.json ? json({ entries }) : `${entries} entries chained.\n`);
      });
    });
}
