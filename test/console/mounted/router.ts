/** The addresses of a test's page. */
import { onTestFinished } from "vitest";
import { h, type VNode } from "vue";
import { createRouter, createWebHistory, RouterView, type Router } from "vue-router";

/** At this address, with what is rendered as a page of the router (`page`), and others about which nothing is known. */
export async function routerAt(address: string, page: () => VNode = () => h("div")): Promise<{ readonly router: Router; readonly view: () => VNode }> {
  const Page = { render: page };
  const Other = { render: () => h("p", "Another page") };
  const router = createRouter({ history: createWebHistory(), routes: [{ path: address.split("?")[0] ?? "/", component: Page }, { path: "/:path(.*)*", component: Other }] });
  await router.push(address);
  onTestFinished(() => {
    router.options.history.destroy();
    history.replaceState(null, "", "/");
  });
  return { router, view: () => h(RouterView) };
}
