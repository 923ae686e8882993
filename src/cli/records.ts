import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Command } from "commander";
import { closeOpen, openByNode } from "../call-logs/index.js";
import { conflict } from "../errors.js";
import { isGone, LEASE_TIMING, ownMark, type NodeLease } from "../lease/index.js";
import type { Store } from "../store/index.js";
import { operatorName, withStore } from "./context.js";
import type { CliIo } from "./io.js";
import { json, oneLine, table } from "./output.js";
import { count } from "./parse.js";

/** Whether the process of the lease lives: an expired lease alone proves nothing, since its owner may only have been kept from renewing it. */
async function isLive({ nodeLeases }: Store, lease: NodeLease): Promise<boolean> {
  if (lease.owner === null || isGone(lease.owner.mark)) return false;
  if (!lease.expired) return true;
  await delay(LEASE_TIMING.steadyMs);
  const [now] = await nodeLeases.list([lease.node]);
  return now?.epoch !== lease.epoch || now.renewals !== lease.renewals;
}

/** Does the work while no process can begin to follow the node. Throws Conflict naming the process that follows it. */
async function withLease<T>(store: Store, node: string, work: () => Promise<T>): Promise<T> {
  const { nodeLeases } = store;
  const owner = { id: randomUUID(), name: operatorName(), mark: ownMark(process.pid) };
  const leases = await nodeLeases.list([node]);
  const dead: NodeLease[] = [];
  for (const lease of leases) if (!(await isLive(store, lease))) dead.push(lease);
  const [obstacle] = await nodeLeases.take([node], owner, LEASE_TIMING.ttlMs, dead);
  if (obstacle !== undefined) throw conflict(`The process ${obstacle.owner?.name ?? "unknown"} follows ${node}, and closes its records.`);
  try {
    return await work();
  } finally {
    await nodeLeases.release(owner.id);
  }
}

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
        const calls = await withLease(store, node, async () => {
          // Before the first of them, so that a command that was broken off is noted too.
          await note(null, "records.close", node, { calls: (await openByNode(store.callRecords)).get(node) ?? 0 });
          return closeOpen(store, node);
        });
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
