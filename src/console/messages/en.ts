/** English. Each page has its own part; `common` is what several say. */
import { commonEn } from "./common.en.js";
import { deskEn } from "./desk.en.js";
import { shellEn } from "./shell.en.js";

export const en = { common: commonEn, shell: shellEn, desk: deskEn };
