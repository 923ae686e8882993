/** English. Each page has its own part; `common` is what several say. */
import { agentsEn } from "./agents.en.js";
import { callsEn } from "./calls.en.js";
import { commonEn } from "./common.en.js";
import { deskEn } from "./desk.en.js";
import { phoneEn } from "./phone.en.js";
import { queuesEn } from "./queues.en.js";
import { setupEn } from "./setup.en.js";
import { shellEn } from "./shell.en.js";
import { supervisionEn } from "./supervision.en.js";
import { timelineEn } from "./timeline.en.js";
import { wallEn } from "./wall.en.js";

export const en = {
  agents: agentsEn,
  calls: callsEn,
  common: commonEn,
  desk: deskEn,
  phone: phoneEn,
  queues: queuesEn,
  setup: setupEn,
  shell: shellEn,
  supervision: supervisionEn,
  timeline: timelineEn,
  wall: wallEn,
};
