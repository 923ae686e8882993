import { adminDe } from "./admin.de.js";
import { commonDe } from "./common.de.js";
import { formsDe } from "./forms.de.js";
import { listsDe } from "./lists.de.js";
import { logDe } from "./log.de.js";
import { reportsDe } from "./reports.de.js";
import { shellDe } from "./shell.de.js";
import type { Messages } from "./index.js";

export const de: Messages = { common: commonDe, shell: shellDe, admin: adminDe, forms: formsDe, lists: listsDe, log: logDe, reports: reportsDe };
