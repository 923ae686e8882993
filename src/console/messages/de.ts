import { commonDe } from "./common.de.js";
import { phoneDe } from "./phone.de.js";
import { setupDe } from "./setup.de.js";
import { shellDe } from "./shell.de.js";
import type { Messages } from "./index.js";

export const de: Messages = { common: commonDe, shell: shellDe, phone: phoneDe, setup: setupDe };
