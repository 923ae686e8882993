/** English. Each page has its own part; `common` is what several say. */
import { commonEn } from "./common.en.js";
import { phoneEn } from "./phone.en.js";
import { setupEn } from "./setup.en.js";
import { shellEn } from "./shell.en.js";

export const en = { common: commonEn, shell: shellEn, phone: phoneEn, setup: setupEn };
