import type { RouteRecordRaw } from "vue-router";

export const reportsRoutes: readonly RouteRecordRaw[] = [{ path: "/reports", component: () => import("./ReportsPage.vue"), meta: { page: "reports" } }];
