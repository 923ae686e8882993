// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from "vitest";
import { h } from "vue";
import { ApiProblem, unreachable } from "../../../src/console/api/problem.js";
import ListView from "../../../src/console/lists/ListView.vue";
import type { ListState } from "../../../src/console/lists/list-state.js";
import type { Column, Filter, Page } from "../../../src/console/lists/types.js";
import { agent } from "../desk/samples.js";
import { generic, mount, settled, shown } from "../mounted/mount.js";
import { alerts, all, button, choose, named, names, one, texts, textOf, type } from "../mounted/page.js";
import { routerAt } from "../mounted/router.js";

afterEach(() => void vi.useRealTimers());

interface Row {
  readonly id: string;
  readonly name: string;
}
const COLUMNS: readonly Column<Row>[] = [{ key: "name", label: "Name", sort: "name", text: ({ name }) => name }, { key: "id", label: "Id", text: ({ id }) => id, kind: "number" }];
const FILTERS: readonly Filter[] = [{ name: "q", label: "Caller", kind: "text", isPrivate: true }, { name: "role", label: "Role", kind: "choice", choices: [{ value: "agent", label: "Agent" }, { value: "admin", label: "Admin" }] }];
const COMPLETED = { type: "calllog.completed", data: { id: "call-1" } } as const;
const rows = (...names: readonly string[]): Page<Row> => ({ items: names.map((name, index) => ({ id: String(index + 1), name })), total: names.length, next: null });

interface Given {
  readonly address?: string;
  readonly load?: (state: ListState) => Promise<Page<Row>>;
  readonly more?: Readonly<Record<string, unknown>>;
}
async function list({ address = "/people", load = () => Promise.resolve(rows("Ann", "Bob")), more = {} }: Given = {}) {
  const asked: ListState[] = [];
  const { router } = await routerAt(address);
  const mounted = await mount(() => h(generic(ListView), {
    title: "People", columns: COLUMNS, filters: FILTERS, idOf: (row: Row) => row.id, empty: "People will appear here.",
    load: (state: ListState) => {
      asked.push(state);
      return load(state);
    },
    ...more,
  }), { router });
  const last = (): ListState | undefined => asked.at(-1);
  return { ...mounted, router, states: asked, last };
}
const cells = (): readonly (readonly string[])[] => all("tbody tr:not([aria-hidden])").map((row) => texts("td", row));
const input = (name: string): HTMLInputElement => named<HTMLInputElement>(".filter input", name);
const range = (): string => textOf(one(".foot [role=status]"));

describe("a list", () => {
  it("is a table with a name, that says how much of it is shown", async () => {
    await list();
    expect([cells(), textOf(one("caption")), range(), names("[role=region]"), texts("th")]).toEqual([[["Ann", "1"], ["Bob", "2"]], "People", "1–2 of 2", ["People"], ["Name↕", "Id"]]);
  });

  it("sorts upwards, downwards, and as usual again, and says so at the column and in the address", async () => {
    const { last, router } = await list();
    const seen: unknown[] = [];
    for (const sort of ["name", "-name", null]) {
      button("Name").click();
      await shown(() => last()?.sort).toBe(sort);
      await settled();
      seen.push([one("th").getAttribute("aria-sort"), router.currentRoute.value.fullPath]);
    }
    expect(seen).toEqual([["ascending", "/people?sort=name"], ["descending", "/people?sort=-name"], ["none", "/people"]]);
    expect(all("th")[1]?.hasAttribute("aria-sort")).toBe(false);
  });

  it("goes through its pages by their cursors, and back", async () => {
    const page = ({ cursors }: ListState): Promise<Page<Row>> => Promise.resolve(cursors.length === 0 ? { ...rows("Ann"), total: 51, next: "two" } : { ...rows("Zoe"), total: 51 });
    const { last } = await list({ load: page });
    expect([button("Previous").disabled, button("Next").disabled]).toEqual([true, false]);
    button("Next").click();
    await shown(cells).toEqual([["Zoe", "1"]]);
    expect([last()?.cursors, range(), button("Previous").disabled, button("Next").disabled]).toEqual([["two"], "51–51 of 51", false, true]);
    button("Previous").click();
    await shown(cells).toEqual([["Ann", "1"]]);
  });

  it("shows what its address says, as after a reload", async () => {
    const { last } = await list({ address: "/people?role=admin&sort=-name&cursor=two" });
    expect([last(), one<HTMLSelectElement>("select").value]).toEqual([{ sort: "-name", cursors: ["two"], filters: { role: "admin" } }, "admin"]);
  });

  it("opens what a click in its row is on, but not what is clicked inside it", async () => {
    const { router } = await list({ more: { open: ({ id }: Row) => `/people/${id}`, newLabel: "New person", newTo: "/people/new" } });
    expect([texts("tbody a"), all("tbody a").map((link) => link.getAttribute("href")), one(".head a").getAttribute("href")]).toEqual([["Ann", "Bob"], ["/people/1", "/people/2"], "/people/new"]);
    all("tbody tr")[1]?.querySelector<HTMLElement>("td:last-child")?.click();
    await shown(() => router.currentRoute.value.path).toBe("/people/2");
  });

  it("says that something will be here, and with a filter that nothing fits", async () => {
    const { last } = await list({ load: () => Promise.resolve(rows()) });
    expect([texts(".empty p"), range(), names(".empty button")]).toEqual([["People will appear here."], "0 of 0", []]);
    choose(one<HTMLSelectElement>("select"), "admin");
    await shown(() => texts(".empty p")).toEqual(["Nothing fits these filters."]);
    button("Clear filters", one(".empty")).click();
    await shown(() => texts(".empty p")).toEqual(["People will appear here."]);
    expect([last()?.filters, one<HTMLSelectElement>("select").value]).toEqual([{}, ""]);
  });

  it("says why it cannot be loaded, keeps what it had, and loads again when asked", async () => {
    let error: ApiProblem | null = null;
    const { console: page } = await list({ load: () => (error === null ? Promise.resolve(rows("Ann")) : Promise.reject(error)) });
    error = new ApiProblem({ status: 403, code: "Forbidden", message: "You may not sort by name." });
    button("Name").click();
    await shown(alerts).toEqual(["You may not sort by name.Try again"]);
    expect(cells()).toEqual([["Ann", "1"]]);
    error = unreachable();
    button("Try again").click();
    await shown(alerts).toEqual([`${page.t.common.unreachable}Try again`]);
    error = null;
    button("Try again").click();
    await shown(alerts).toEqual([]);
  });

  it("never shows a late answer for what is wanted now", async () => {
    const answers = new Map<string, (page: Page<Row>) => void>();
    await list({ load: ({ sort }) => new Promise((resolve) => answers.set(sort ?? "", resolve)) });
    answers.get("")?.(rows("First"));
    await shown(cells).toEqual([["First", "1"]]);
    button("Name").click();
    await shown(() => answers.has("name")).toBe(true);
    button("Name").click();
    await shown(() => answers.has("-name")).toBe(true);
    answers.get("-name")?.(rows("Down"));
    await shown(cells).toEqual([["Down", "1"]]);
    answers.get("name")?.(rows("Up"));
    await settled();
    expect(cells()).toEqual([["Down", "1"]]);
  });

  it("is loaded anew when the stream tells of a change, once for several, or says so where the person decides", async () => {
    const { states, tell } = await list({ more: { events: ["calllog."] } });
    tell(COMPLETED, COMPLETED, { type: "agent.removed", data: { agent: agent(), cause: "request" } });
    await shown(() => states.length).toBe(2);
    await settled();
    expect(states.length).toBe(2);
  });

  it("asks before it changes under the eye, where the person decides", async () => {
    const { states, tell } = await list({ more: { events: ["calllog.completed"], ask: true } });
    tell(COMPLETED, COMPLETED);
    await shown(() => names(".told button")).toEqual(["2 new. Show them"]);
    expect(states.length).toBe(1);
    button("2 new. Show them").click();
    await shown(() => states.length).toBe(2);
    expect(names(".told button")).toEqual([]);
  });
});

describe("the filters of a list", () => {
  it("count a choice at once, with the first page, and stand in the address", async () => {
    const { last, router } = await list({ address: "/people?cursor=two" });
    choose(one<HTMLSelectElement>("select"), "admin");
    await shown(last).toEqual({ sort: null, cursors: [], filters: { role: "admin" } });
    expect(router.currentRoute.value.fullPath).toBe("/people?role=admin");
    button("Clear filters").click();
    await shown(() => last()?.filters).toEqual({});
  });

  it("count a text a moment after the last letter, and keep a caller's name out of the address", async () => {
    const { states, last, router } = await list();
    for (const text of ["A", "An", "Ann "]) {
      type(input("Caller"), text);
      await settled();
    }
    await shown(() => last()?.filters).toEqual({ q: "Ann" });
    expect([states.length, router.currentRoute.value.fullPath]).toEqual([2, "/people"]);
  });

  it("lose no text that was typed just before another filter was chosen", async () => {
    const { last } = await list();
    type(input("Caller"), "Ann");
    choose(one<HTMLSelectElement>("select"), "admin");
    await shown(() => last()?.filters).toEqual({ q: "Ann", role: "admin" });
    expect(input("Caller").value).toBe("Ann");
  });

  it("lose no letter that is typed while another filter is on its way", async () => {
    const { last, router } = await list();
    choose(one<HTMLSelectElement>("select"), "admin");
    await settled();
    type(input("Caller"), "Ann");
    await router.push("/people?role=agent");
    await settled();
    expect([input("Caller").value, one<HTMLSelectElement>("select").value]).toEqual(["Ann", "agent"]);
    await shown(() => last()?.filters).toEqual({ q: "Ann", role: "agent" });
  });

  it("are as the history has them after a step back", async () => {
    const { last, router } = await list();
    await router.push("/people?role=admin");
    await shown(() => one<HTMLSelectElement>("select").value).toBe("admin");
    await router.push("/people");
    await shown(() => [last()?.filters, one<HTMLSelectElement>("select").value]).toEqual([{}, ""]);
  });
});
