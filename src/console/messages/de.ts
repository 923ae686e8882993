import { agentsDe } from "./agents.de.js";
import { callsDe } from "./calls.de.js";
import { commonDe } from "./common.de.js";
import { queuesDe } from "./queues.de.js";
import { shellDe } from "./shell.de.js";
import { supervisionDe } from "./supervision.de.js";
import { timelineDe } from "./timeline.de.js";
import { wallDe } from "./wall.de.js";
import type { Messages } from "./index.js";

export const de: Messages = {
  common: commonDe,
  shell: shellDe,
  wall: wallDe,
  calls: callsDe,
  queues: queuesDe,
  agents: agentsDe,
  supervision: supervisionDe,
  timeline: timelineDe,
};
