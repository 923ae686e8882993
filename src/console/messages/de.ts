import { commonDe } from "./common.de.js";
import { deskDe } from "./desk.de.js";
import { shellDe } from "./shell.de.js";
import type { Messages } from "./index.js";

export const de: Messages = { common: commonDe, shell: shellDe, desk: deskDe };
