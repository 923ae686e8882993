import type { RouteRecordRaw } from "vue-router";

export const logRoutes: readonly RouteRecordRaw[] = [
  { path: "/log", component: () => import("./LogPage.vue"), meta: { page: "log" } },
  { path: "/log/:id", component: () => import("./LogEntryPage.vue"), meta: { page: "log" }, props: true },
];
