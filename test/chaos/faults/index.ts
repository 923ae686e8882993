/** All that can go wrong in a run. */
import { clockJump } from "./clocks.js";
import { full, locked } from "./databases.js";
import { slowReaders } from "./readers.js";
import { away, overlap, quietRestart, restart } from "./restarts.js";
import { stall } from "./stalls.js";
import { frozen, killed } from "./switches.js";
import type { ChaosFault } from "./types.js";
import { cut, halfOpen, losing, refused, repeating, slow } from "./wires.js";

export type { ChaosFault } from "./types.js";

export const FAULTS: readonly ChaosFault[] = [restart, away, quietRestart, overlap, stall, cut, refused, halfOpen, slow, repeating, losing, frozen, killed, locked, full, clockJump, slowReaders];
