/** The routes of all pages. */
import type { RouteRecordRaw } from "vue-router";
import { adminRoutes } from "./admin/routes.js";
import { logRoutes } from "./log/routes.js";
import { reportsRoutes } from "./reports/routes.js";

export const pageRoutes: readonly RouteRecordRaw[] = [...adminRoutes, ...logRoutes, ...reportsRoutes];
