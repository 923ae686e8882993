import type { RouteComponent, RouteRecordRaw } from "vue-router";
import type { Section } from "./sections.js";

const pages: Readonly<Record<Section, () => Promise<RouteComponent>>> = {
  agents: () => import("./agents/AgentsPage.vue"),
  departments: () => import("./departments/DepartmentsPage.vue"),
  lines: () => import("./lines/LinesPage.vue"),
  voice: () => import("./voice/VoicePage.vue"),
  messages: () => import("./messages/MessagesPage.vue"),
  callbacks: () => import("./callbacks/CallbacksPage.vue"),
  users: () => import("./users/UsersPage.vue"),
  trunks: () => import("./trunks/TrunksPage.vue"),
  organization: () => import("./OrganizationPage.vue"),
  tokens: () => import("./tokens/TokensPage.vue"),
  webhooks: () => import("./webhooks/WebhooksPage.vue"),
  audit: () => import("./AuditPage.vue"),
};

export const adminRoutes: readonly RouteRecordRaw[] = [
  {
    path: "/admin",
    component: () => import("./AdminFrame.vue"),
    redirect: "/admin/agents",
    meta: { page: "admin" },
    children: Object.entries(pages).map(([section, component]): RouteRecordRaw => ({ path: section, component, meta: { page: "admin" } })),
  },
];
