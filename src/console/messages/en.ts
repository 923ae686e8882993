/** English. Each page has its own part; `common` is what several say. */
import { adminEn } from "./admin.en.js";
import { agentsEn } from "./agents.en.js";
import { callsEn } from "./calls.en.js";
import { commonEn } from "./common.en.js";
import { deskEn } from "./desk.en.js";
import { formsEn } from "./forms.en.js";
import { listsEn } from "./lists.en.js";
import { logEn } from "./log.en.js";
import { phoneEn } from "./phone.en.js";
import { queuesEn } from "./queues.en.js";
import { reportsEn } from "./reports.en.js";
import { setupEn } from "./setup.en.js";
import { shellEn } from "./shell.en.js";
import { supervisionEn } from "./supervision.en.js";
import { timelineEn } from "./timeline.en.js";
import { wallEn } from "./wall.en.js";

export const en = {
  admin: adminEn,
  agents: agentsEn,
  calls: callsEn,
  common: commonEn,
  desk: deskEn,
  forms: formsEn,
  lists: listsEn,
  log: logEn,
  phone: phoneEn,
  queues: queuesEn,
  reports: reportsEn,
  setup: setupEn,
  shell: shellEn,
  supervision: supervisionEn,
  timeline: timelineEn,
  wall: wallEn,
};
