/** The routes of all pages. */
import type { RouteRecordRaw } from "vue-router";

export const pageRoutes: readonly RouteRecordRaw[] = [
  { path: "/desk", name: "desk", component: () => import("./desk/DeskPage.vue"), meta: { page: "desk" } },
];
