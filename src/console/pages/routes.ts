/** The routes of all pages. */
import type { RouteRecordRaw } from "vue-router";

export const pageRoutes: readonly RouteRecordRaw[] = [
  { path: "/setup", component: () => import("./setup/SetupPage.vue"), meta: { page: "setup" } },
];
