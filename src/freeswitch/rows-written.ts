/** FreeSWITCH writes its tables through a queue (switch_core_sqldb.c): 0.2 s behind the events, on a busy machine by seconds. */
import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { commands } from "./commands.js";
import { hasTask } from "./snapshot.js";
import { isRefusal } from "./switch-errors.js";
import type { SwitchCommand } from "./types.js";

export interface Asking {
  readonly api: (command: SwitchCommand) => Promise<string>;
  readonly send: (command: SwitchCommand) => Promise<string>;
}

const LOOK_MS = { first: 5, longest: 50 };

/**
 * Resolves when the tables show all that has happened until now: a mark that is sent behind it stands in them. False when it does not in this time, or FreeSWITCH takes no
 * marks. Rejects as the commands do.
 */
export async function rowsWritten({ api, send }: Asking, withinMs: number): Promise<boolean> {
  // FreeSWITCH counts its own tasks from 1.
  const id = randomInt(1_000_000_000, 2_000_000_000);
  if (isRefusal(await send(commands.markTables(id)))) return false;
  const deadline = performance.now() + withinMs;
  let written: boolean | null;
  for (let pauseMs = LOOK_MS.first; ; pauseMs = Math.min(LOOK_MS.longest, pauseMs * 2)) {
    written = hasTask(await api(commands.showTasks()), id);
    if (written !== false || performance.now() > deadline) break;
    await sleep(pauseMs);
  }
  await send(commands.unmarkTables(id));
  return written === true;
}
