import { adminDe } from "./admin.de.js";
import { agentsDe } from "./agents.de.js";
import { callsDe } from "./calls.de.js";
import { commonDe } from "./common.de.js";
import { deskDe } from "./desk.de.js";
import { formsDe } from "./forms.de.js";
import { listsDe } from "./lists.de.js";
import { logDe } from "./log.de.js";
import { phoneDe } from "./phone.de.js";
import { queuesDe } from "./queues.de.js";
import { reportsDe } from "./reports.de.js";
import { setupDe } from "./setup.de.js";
import { shellDe } from "./shell.de.js";
import { supervisionDe } from "./supervision.de.js";
import { timelineDe } from "./timeline.de.js";
import { wallDe } from "./wall.de.js";
import type { Messages } from "./index.js";

export const de: Messages = {
  admin: adminDe,
  agents: agentsDe,
  calls: callsDe,
  common: commonDe,
  desk: deskDe,
  forms: formsDe,
  lists: listsDe,
  log: logDe,
  phone: phoneDe,
  queues: queuesDe,
  reports: reportsDe,
  setup: setupDe,
  shell: shellDe,
  supervision: supervisionDe,
  timeline: timelineDe,
  wall: wallDe,
};
