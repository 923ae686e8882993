// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { h } from "vue";
import FindBox from "../../../src/console/shell/FindBox.vue";
import { CAROL, mount, settled, shown } from "../mounted/mount.js";
import { all, nameOf, one, press, texts, textOf, type } from "../mounted/page.js";
import { routerAt } from "../mounted/router.js";
import { agent, call, queue } from "../wall/samples.js";

const AGENTS = [agent(), agent({ id: "1002", extension: "1002", name: "Marek Nowak" })];
async function box() {
  const { router } = await routerAt("/wall");
  const mounted = await mount(() => h(FindBox), { me: CAROL, router, agents: AGENTS, calls: [call({ fromName: "Maria Roth" })], queues: [queue({ name: "marketing" })] });
  return { ...mounted, router, field: one<HTMLInputElement>("input") };
}
const found = (): readonly string[] => texts("[role=option] .strong");
const active = (): string => textOf(document.getElementById(one("input").getAttribute("aria-activedescendant") ?? "")?.querySelector(".strong"));

describe("the field that finds from every page", () => {
  it("is a combobox, closed until something is looked for, and finds agents, queues and callers", async () => {
    const { field } = await box();
    expect([nameOf(field), field.getAttribute("role"), field.getAttribute("aria-expanded"), field.hasAttribute("aria-controls")]).toEqual(["Find caller, agent", "combobox", "false", false]);
    type(field, "mar");
    await shown(found).toEqual(["Marek Nowak", "marketing", "Maria Roth"]);
    const list = one(`#${field.getAttribute("aria-controls")}`);
    expect([field.getAttribute("aria-expanded"), list.getAttribute("role"), nameOf(list), texts(".kind"), texts("[role=status]"), active()]).toEqual(["true", "listbox", "Found", ["Agent", "Queue", "Call"], ["3 found"], "Marek Nowak"]);
  });

  it("moves by the arrows, round the ends, and opens the page of the chosen one by Enter", async () => {
    const { field, router } = await box();
    type(field, "mar");
    await shown(found).toHaveLength(3);
    press("ArrowUp", field);
    await shown(active).toBe("Maria Roth");
    press("ArrowDown", field);
    press("ArrowDown", field);
    await shown(active).toBe("marketing");
    expect(all("[role=option]").map((option) => option.getAttribute("aria-selected"))).toEqual(["false", "true", "false"]);
    press("Enter", field);
    await shown(() => router.currentRoute.value.path).toBe("/queues/marketing");
    expect([field.value, found(), document.activeElement === field]).toEqual(["", [], false]);
  });

  it("is opened by its key, except where that is text, and closed by Escape with nothing left in it", async () => {
    const { field, root } = await box();
    const other = document.createElement("input");
    root.append(other);
    other.focus();
    press("/", other);
    expect(document.activeElement === other).toBe(true);
    other.blur();
    press("/", document.body);
    expect(document.activeElement === field).toBe(true);
    type(field, "mar");
    await shown(found).toHaveLength(3);
    press("Escape", field);
    await settled();
    expect([field.value, found(), document.activeElement === field]).toEqual(["", [], false]);
  });

  it("says that nobody is found", async () => {
    const { field } = await box();
    type(field, "zz");
    await shown(() => texts(".none")).toEqual(["Nobody is found."]);
    expect([texts("[role=status]"), field.hasAttribute("aria-activedescendant")]).toEqual([["Nobody is found."], false]);
    press("Enter", field);
  });

  it("keeps its order under the hand: who comes is last, who is gone is taken out", async () => {
    const { field, tell, updated } = await box();
    type(field, "mar");
    await shown(found).toHaveLength(3);
    tell({ type: "agent.removed", data: { agent: agent({ id: "1002" }), cause: "directory" } });
    updated(call({ id: "call-2", fromName: "Mara Adams" }));
    await shown(found).toEqual(["marketing", "Maria Roth", "Mara Adams"]);
  });
});
