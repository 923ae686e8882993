/** The pages, by address. A page that is not for the role is not there. */
import { createRouter, createWebHistory, type Router, type RouteRecordRaw } from "vue-router";
import type { Session } from "./api/session.js";
import { pagesOf, type Page } from "./states.js";

declare module "vue-router" {
  interface RouteMeta {
    /** Which of the role's pages it belongs to; none: for everybody who is logged in. */
    readonly page?: Page;
    readonly isPublic?: true;
  }
}

const routes: readonly RouteRecordRaw[] = [
  { path: "/login", name: "login", component: () => import("./pages/login/LoginPage.vue"), meta: { isPublic: true } },
  { path: "/", name: "home", component: () => import("./pages/NotFoundPage.vue") },
  { path: "/:path(.*)*", name: "not-found", component: () => import("./pages/NotFoundPage.vue") },
];

/** `pages`: the routes that the rooms of pages bring. */
export function createConsoleRouter(session: Session, pages: readonly RouteRecordRaw[]): Router {
  const router = createRouter({ history: createWebHistory(), routes: [...pages, ...routes] });
  router.beforeEach((to) => {
    const { value } = session.state;
    const me = value.kind === "in" || value.kind === "over" ? value.me : null;
    if (me === null) return to.meta.isPublic === true ? true : { name: "login", query: to.fullPath === "/" ? {} : { then: to.fullPath } };
    const [first] = pagesOf(me);
    if (to.name === "home" || to.name === "login") return first === undefined ? { name: "not-found", params: { path: ["none"] } } : `/${first}`;
    return to.meta.page === undefined || pagesOf(me).includes(to.meta.page) || to.meta.page === "setup" ? true : { name: "not-found", params: { path: to.path.slice(1).split("/") }, query: to.query };
  });
  return router;
}
