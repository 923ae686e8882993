/** The routes of all pages. */
import type { RouteRecordRaw } from "vue-router";
import { adminRoutes } from "./admin/routes.js";
import { logRoutes } from "./log/routes.js";
import { reportsRoutes } from "./reports/routes.js";

export const pageRoutes: readonly RouteRecordRaw[] = [
  { path: "/desk", name: "desk", component: () => import("./desk/DeskPage.vue"), meta: { page: "desk" } },
  { path: "/setup", component: () => import("./setup/SetupPage.vue"), meta: { page: "setup" } },
  { path: "/wall", component: () => import("./wall/WallPage.vue"), meta: { page: "wall" } },
  { path: "/calls", component: () => import("./calls/CallsPage.vue"), meta: { page: "calls" } },
  { path: "/calls/:id", component: () => import("./calls/CallPage.vue"), props: true, meta: { page: "calls" } },
  { path: "/queues", component: () => import("./queues/QueuesPage.vue"), meta: { page: "queues" } },
  { path: "/queues/:name", component: () => import("./queues/QueuePage.vue"), props: true, meta: { page: "queues" } },
  { path: "/agents", component: () => import("./agents/AgentsPage.vue"), meta: { page: "agents" } },
  { path: "/agents/:id", component: () => import("./agents/AgentPage.vue"), props: true, meta: { page: "agents" } },
  ...adminRoutes,
  ...logRoutes,
  ...reportsRoutes,
];
