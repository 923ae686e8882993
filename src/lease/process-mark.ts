/** How a process is told from all others of the machine, those included that had its number before: Linux alone says enough. */
import { readFileSync, readlinkSync } from "node:fs";
import { systemCode } from "../system-errors.js";

const DEAD = new Set(["Z", "X"]);

/** State and start (in ticks since the boot) of a process; the fields of proc(5) `stat`, counted behind the name, which may hold anything. */
function statOf(pid: string): { readonly state: string; readonly start: string } {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "", start: fields[19] ?? "" };
}

/** Where process numbers mean the same: this boot of this machine, and this namespace (a container has its own). */
const place = (): string => `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}/${readlinkSync("/proc/self/ns/pid")}`;

/** The mark of this process; null where there is no such thing. */
export function ownMark(pid: number): string | null {
  try {
    return `${place()}/${pid}/${statOf(String(pid)).start}`;
  } catch {
    return null;
  }
}

/** Whether the process of this mark is certainly no more. False for one of another machine or container: nothing is known of it. */
export function isGone(mark: string | null): boolean {
  if (mark === null) return false;
  try {
    if (!mark.startsWith(`${place()}/`)) return false;
  } catch {
    return false;
  }
  const [pid = "", start = ""] = mark.split("/").slice(-2);
  if (!/^\d+$/.test(pid)) return false;
  try {
    const now = statOf(pid);
    return now.start !== start || DEAD.has(now.state);
  } catch (error) {
    return ["ENOENT", "ESRCH"].includes(systemCode(error));
  }
}
