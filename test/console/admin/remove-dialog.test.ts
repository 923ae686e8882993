// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { h, shallowRef } from "vue";
import { useConsole } from "../../../src/console/console.js";
import RemoveDialog from "../../../src/console/pages/admin/RemoveDialog.vue";
import type { Usable } from "../../../src/console/pages/admin/used-by.js";
import { mount, settled, shown } from "../mounted/mount.js";
import { alerts, all, button, named, one, texts, textOf } from "../mounted/page.js";
import { routerAt } from "../mounted/router.js";
import { later, refused, type Answers } from "../mounted/server.js";

const USED = "GET /voiceconfig/used-by";
const DELETE = "DELETE /voiceconfig/departments/billing";
const using = (...items: readonly object[]) => ({ items, total: items.length });
const NAMES: Answers = {
  "GET /voiceconfig/phonelines/7": () => ({ id: "7", phoneNumber: "+15550109000", name: "Main office" }),
  "GET /voiceconfig/configs/3": () => ({ id: "3", name: "Night menu" }),
};

async function dialog(answers: Answers = {}, { usable = { type: "department", id: "billing" } }: { readonly usable?: Usable | null } = {}) {
  let done = 0;
  const used = shallowRef<Usable | null>(usable);
  const Part = {
    setup: () => {
      const { api } = useConsole();
      const act = (): Promise<unknown> => api.DELETE("/voiceconfig/departments/{name}", { params: { path: { name: "billing" } } });
      return () => h(RemoveDialog, { label: "Remove", ask: "Remove billing?", hint: "Its callers wait nowhere then.", act, ...(used.value === null ? {} : { usable: used.value }), onDone: () => done++ });
    },
  };
  const { router } = await routerAt("/admin/departments");
  const mounted = await mount(() => h(Part), { router, answers: { [USED]: () => using(), ...NAMES, ...answers } });
  button("Remove").click();
  await settled();
  return { ...mounted, router, used, done: () => done };
}
const confirm = (): HTMLButtonElement => named("dialog button", "Remove");
const isOpen = (): boolean => all("dialog[open]").length > 0;

describe("the dialog that removes something", () => {
  it("asks first, with the focus on what does nothing, and closes without having asked the server", async () => {
    const { acts, done } = await dialog();
    expect([isOpen(), one("dialog").getAttribute("aria-label"), texts("dialog p").slice(0, 2), named("dialog button", "Cancel").hasAttribute("autofocus")]).toEqual([true, "Remove", ["Remove billing?", "Its callers wait nowhere then."], true]);
    named("dialog button", "Cancel").click();
    expect([isOpen(), acts(), done()]).toEqual([false, [], 0]);
  });

  it("cannot be confirmed until it is known what uses it", async () => {
    const answer = later();
    const { asked, acts, done } = await dialog({ [USED]: () => answer.answer });
    expect([asked.at(-1)?.query, confirm().disabled]).toEqual([{ type: "department", id: "billing" }, true]);
    answer.give(using());
    await shown(() => confirm().disabled).toBe(false);
    confirm().click();
    await shown(done).toBe(1);
    expect([acts(), isOpen()]).toEqual([[[DELETE, undefined]], false]);
  });

  it("says by what it is used, by name and with the way to each, and cannot be confirmed then", async () => {
    const { router } = await dialog({ [USED]: () => using({ type: "line", id: "7" }, { type: "config", id: "3" }, { type: "config", id: "4" }, { type: "organization", id: "1" }), "GET /voiceconfig/configs/4": () => refused(404, "NotFound", "No.") });
    await shown(() => texts(".told li")).toEqual(["+15550109000 (Main office)", "Night menu", "4", "1"]);
    expect([textOf(one(".told p")), confirm().disabled, all(".told a").map((link) => link.getAttribute("href"))]).toEqual(["Used by 1 phone line, 2 menus, and the organization's settings. Change those first:", true, ["/admin/lines?open=7", "/admin/voice?open=3", "/admin/voice?open=4", "/admin/organization"]]);
    all(".told a")[0]?.click();
    await shown(() => router.currentRoute.value.fullPath).toBe("/admin/lines?open=7");
    expect(isOpen()).toBe(false);
  });

  it("says by what it is used when the server knows it only as it is removed", async () => {
    const { done } = await dialog({ [DELETE]: () => refused(409, "InUse", "It is in use.", { usedBy: [{ type: "line", id: "7" }] }) });
    await shown(() => confirm().disabled).toBe(false);
    confirm().click();
    await shown(() => texts(".told li")).toEqual(["+15550109000 (Main office)"]);
    expect([textOf(one(".told p")), confirm().disabled, done(), isOpen()]).toEqual(["Used by 1 phone line. Change those first:", true, 0, true]);
  });

  it("says in words what else is refused, and nothing of it any more when it is opened again", async () => {
    await dialog({ [DELETE]: () => refused(409, "Conflict", "Callers wait in billing.") });
    await shown(() => confirm().disabled).toBe(false);
    confirm().click();
    await shown(alerts).toEqual(["Callers wait in billing."]);
    named("dialog button", "Cancel").click();
    all("button")[0]?.click();
    await shown(() => confirm().disabled).toBe(false);
    expect(alerts()).toEqual([]);
  });

  it("never takes a late answer about something else for this", async () => {
    const [old, young] = [later(), later()];
    const { used, asked } = await dialog({ [USED]: ({ query }) => (query["id"] === "billing" ? old.answer : young.answer) });
    used.value = { type: "department", id: "sales" };
    await shown(() => asked.at(-1)?.query["id"]).toBe("sales");
    old.give(using({ type: "line", id: "7" }));
    await settled();
    expect([texts(".told li"), confirm().disabled]).toEqual([[], true]);
    young.give(using());
    await shown(() => confirm().disabled).toBe(false);
  });

  it("lets the server say it where it cannot be asked what uses it", async () => {
    const { done } = await dialog({ [USED]: () => refused(500, "InternalError", "No.") });
    await shown(() => confirm().disabled).toBe(false);
    confirm().click();
    await shown(done).toBe(1);
  });

  it("asks nothing of what nothing can point to", async () => {
    const { asked } = await dialog({}, { usable: null });
    expect([confirm().disabled, asked.length]).toEqual([false, 0]);
  });
});

