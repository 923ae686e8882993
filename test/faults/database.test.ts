/** Control of live calls by the process as it is started in production, while its database takes nothing; and what is known of it afterwards. */
import { execFileSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import Sqlite from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { Client } from "../contract/harness.js";
import { ok } from "../contract/suites/steps.js";
import { eventually } from "../lab/wait.js";
import { START_MS, startProcess } from "../support/process.js";
import { temporaryDirectory } from "../support/temporary.js";
import { inWorld, PATIENT } from "./world.js";

/** Ends what it began. */
type Spoil = (database: string) => () => void;

const locked: Spoil = (database) => {
  const other = new Sqlite(database);
  other.exec("BEGIN EXCLUSIVE");
  return () => {
    other.exec("COMMIT");
    other.close();
  };
};

const full: Spoil = (database) => {
  const ballast = join(dirname(database), "ballast");
  const file = openSync(ballast, "w");
  for (let bytes = 65_536; bytes >= 1; bytes = Math.floor(bytes / 2)) {
    try {
      for (;;) writeSync(file, Buffer.alloc(bytes));
    } catch {
      // This much does not fit any more; half of it may.
    }
  }
  closeSync(file);
  return () => rmSync(ballast);
};

/** With all that belongs to it, so that nobody can open it. */
const gone: Spoil = (database) => {
  const elsewhere = `${dirname(database)}-elsewhere`;
  renameSync(dirname(database), elsewhere);
  return () => renameSync(elsewhere, dirname(database));
};

/** A disk of its own; null where none may be mounted. */
function disk(path: string): (() => void) | null {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64m", "none", path], { stdio: "ignore" });
    return () => void execFileSync("umount", ["-l", path], { stdio: "ignore" });
  } catch {
    return null;
  }
}

/** As much slower may an act be than the same one before, on a busy machine: far below the seconds for which a lock is waited for. */
const RATIO = 10;
const SLACK_MS = 1000;

describe("hold, resume, transfer and hangup take their usual time, and are in the records and in the audit log afterwards, while the database is", PATIENT, () => {
  it.for([["locked", locked], ["full", full], ["gone", gone]] as const)("%s", async ([, spoil], context) =>
    inWorld(async ({ lab, stage }) => {
      const folder = temporaryDirectory();
      const own = join(folder.path, "database");
      mkdirSync(own);
      const unmount = spoil === full ? disk(own) : () => undefined;
      // There is no other way to fill a disk that is nobody else's.
      if (unmount === null) {
        folder.remove();
        return context.skip("no file system may be mounted here");
      }
      const database = join(own, "callplane.db");
      const made = new Sqlite(stage.databaseUrl.startsWith("file://") ? fileURLToPath(stage.databaseUrl) : stage.databaseUrl.slice("file:".length));
      await made.backup(database);
      made.close();
      const running = startProcess({ FREESWITCH_NODES: lab.eslUrl, PROVISIONING_LISTEN: "off", DATABASE_URL: `file:${database}`, JWT_SECRET: "0123456789abcdef0123456789abcdef", RING_TIMEOUT_S: "5" }, folder.path);
      try {
        const url = await running.url();
        await eventually("the process to be ready", async () => (await fetch(`${url}/health/ready`)).status === 200, { timeoutMs: START_MS });
        const alice = new Client(() => url, stage.as.alice.token);
        const admin = new Client(() => url, stage.as.admin.token);
        const acts = async (customer: string): Promise<{ readonly id: string; readonly ms: readonly number[] }> => {
          const id = await lab.callIn({ from: customer, to: "1001" });
          await alice.sees(id, { state: "active", assignedTo: "1001" });
          const ms: number[] = [];
          for (const [verb, body] of [["hold"], ["resume"], ["transfer", { type: "client", to: "1002" }], ["hangup"]] as const) {
            const began = performance.now();
            ok(await admin.post(`/voicechannel/calls/${id}:${verb}`, body));
            ms.push(performance.now() - began);
          }
          return { id, ms };
        };
        const before = await acts("15551230011");
        const restore = spoil(database);
        let during: Awaited<ReturnType<typeof acts>>;
        try {
          during = await acts("15551230012");
        } finally {
          restore();
        }
        during.ms.forEach((ms, index) => expect(ms).toBeLessThan((before.ms[index] ?? 0) * RATIO + SLACK_MS));
        let last: unknown;
        const whole = async (): Promise<boolean> => {
          const { status, body } = await admin.get(`/voiceconfig/calllogs/${during.id}`);
          last = body;
          if (status !== 200) return false;
          const types = (body as { readonly timeline: readonly { readonly type: string }[] }).timeline.map(({ type }) => type);
          return ["held", "resumed", "transferred", "hung-up", "ended"].every((type) => types.includes(type));
        };
        await eventually("the record to be whole", whole, { details: () => JSON.stringify(last) });
        await eventually("the audit log to have both acts", async () => {
          const { body } = await admin.get(`/audit?target=${during.id}`);
          return ["call.transfer", "call.hangup"].every((action) => JSON.stringify(body).split(`"${action}"`).length === 2);
        });
      } finally {
        await running.kill();
        unmount();
        folder.remove();
      }
    }, {}, { stopped: true }),
  );
});
