import { readFileSync } from "node:fs";
import type { Invariant } from "./types.js";

const LIMIT_MEGABYTES = 400;

/** Of a process, by the kernel; 0 where it does not tell. */
export function residentMegabytes(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "0") / 1024;
  } catch {
    return 0;
  }
}

/** A process that runs for long does not grow. */
export const memory: Invariant = {
  name: "memory is bounded",
  async problems({ callplane, journal }) {
    const megabytes = residentMegabytes(callplane.pid);
    journal.largestMegabytes = Math.max(journal.largestMegabytes, megabytes);
    return megabytes < LIMIT_MEGABYTES ? [] : [{ subject: "Callplane", expected: `less than ${LIMIT_MEGABYTES} MB`, found: `${megabytes.toFixed(0)} MB` }];
  },
};
