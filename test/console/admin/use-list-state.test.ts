// @vitest-environment happy-dom
import { afterEach, expect, it, vi } from "vitest";
import { createApp, effectScope } from "vue";
import { createRouter, createWebHistory, type Router } from "vue-router";
import type { ListState } from "../../../src/console/lists/list-state.js";
import { useListState, type ShownList } from "../../../src/console/lists/use-list-state.js";

const scopes: (() => void)[] = [];
afterEach(() => scopes.splice(0).forEach((stop) => stop()));

const FILTERS = [{ name: "q", isPrivate: true }, { name: "status" }] as const;
const page = { template: "" };

async function opened(): Promise<Router> {
  const router = createRouter({ history: createWebHistory(), routes: [{ path: "/log", component: page }, { path: "/other", component: page }] });
  await router.push("/log");
  return router;
}
/** As a component that uses it. */
function listOn(router: Router): ShownList {
  const scope = effectScope();
  scopes.push(() => scope.stop());
  const view = createApp(page).use(router).runWithContext(() => scope.run(() => useListState(() => FILTERS)));
  if (view === undefined) throw new Error("The scope has ended.");
  return view;
}
const filtered = (filters: ListState["filters"], cursors: readonly string[] = []): ListState => ({ sort: null, cursors, filters });

it("keeps a caller's name with the entry of the history, and nothing of it in the address", async () => {
  const router = await opened();
  const { state, show } = listOn(router);
  for (const next of [filtered({ q: "Priya", status: "busy" }), filtered({ q: "Priya Raman", status: "busy" })]) {
    show(next);
    await vi.waitFor(() => expect(state.value).toEqual(next));
    expect(router.currentRoute.value.fullPath).toBe("/log?status=busy");
    expect(location.search).toBe("?status=busy");
  }
  // As after a reload.
  expect(listOn(router).state.value).toEqual(filtered({ q: "Priya Raman", status: "busy" }));
  show(filtered({ q: "Priya Raman" }, ["page-2"]), true);
  await vi.waitFor(() => expect(state.value).toEqual(filtered({ q: "Priya Raman" }, ["page-2"])));
  expect(location.href).not.toContain("Priya");
  await router.push("/other");
  expect(listOn(router).state.value.filters).toEqual({});
});
