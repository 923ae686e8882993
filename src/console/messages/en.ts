/** English. Each page has its own part; `common` is what several say. */
import { adminEn } from "./admin.en.js";
import { commonEn } from "./common.en.js";
import { formsEn } from "./forms.en.js";
import { listsEn } from "./lists.en.js";
import { logEn } from "./log.en.js";
import { reportsEn } from "./reports.en.js";
import { shellEn } from "./shell.en.js";

export const en = { common: commonEn, shell: shellEn, admin: adminEn, forms: formsEn, lists: listsEn, log: logEn, reports: reportsEn };
