import { afterEach, expect, it, vi } from "vitest";
import { createApp, effectScope, nextTick, ref, type Ref } from "vue";
import { ApiProblem, unreachable } from "../../../src/console/api/problem.js";
import { CONSOLE, type Console } from "../../../src/console/console.js";
import type { PickerName } from "../../../src/console/forms/overlay.js";
import { usePickers } from "../../../src/console/forms/pickers.js";

const scopes: (() => void)[] = [];
afterEach(() => scopes.splice(0).forEach((stop) => stop()));

/** As a form that uses it. `answers`: by the path that is asked. */
function form(names: Readonly<Ref<readonly PickerName[]>>, answers: Readonly<Record<string, () => Promise<unknown>>>) {
  const asked = vi.fn((path: string, options?: unknown) => {
    void options;
    return (answers[path] ?? (() => Promise.reject(new Error(`${path} was asked`))))();
  });
  const given: unknown = { api: { GET: asked } };
  const scope = effectScope();
  scopes.push(() => scope.stop());
  const known = createApp({ template: "" }).provide(CONSOLE, given as Console).runWithContext(() => scope.run(() => usePickers(() => names.value)));
  if (known === undefined) throw new Error("The scope has ended.");
  return { known, asked };
}
const list = (total: number, ...items: readonly object[]) => () => Promise.resolve({ data: { items, total } });

it("offers people by name with their number, and nothing else where the list is whole", async () => {
  const { known, asked } = form(ref<PickerName[]>(["agents"]), { "/voiceconfig/voiceagents": list(2, { id: "1001", name: "Alice" }, { id: "1002", name: "1002" }) });
  await expect.poll(() => known.value.agents).toEqual({ options: [{ value: "1001", label: "Alice (1001)" }, { value: "1002", label: "1002" }], strict: true });
  expect(asked).toHaveBeenCalledWith("/voiceconfig/voiceagents", { params: { query: { limit: 1000 } } });
});

it("lets something else be written where there are more than a page has", async () => {
  const { known } = form(ref<PickerName[]>(["departments", "trunks", "configs"]), {
    "/voiceconfig/departments": list(1001, { name: "billing" }),
    "/voiceconfig/trunks": list(1, { name: "carrier" }),
    "/voiceconfig/configs": list(5000, { id: "7", name: "Main menu" }),
  });
  await expect.poll(() => known.value).toEqual({
    departments: { options: [{ value: "billing", label: "billing" }], strict: false },
    trunks: { options: [{ value: "carrier", label: "carrier" }], strict: true },
    configs: { options: [{ value: "7", label: "Main menu" }], strict: false },
  });
});

it("asks nobody for what a browser knows, and takes any sound that is written", async () => {
  const { known, asked } = form(ref<PickerName[]>(["timeZones", "topics", "sounds"]), { "/voiceconfig/sounds": list(1, { name: "welcome" }) });
  await expect.poll(() => Object.keys(known.value).sort()).toEqual(["sounds", "timeZones", "topics"]);
  expect([known.value.timeZones?.options[0]?.value, known.value.timeZones?.options.some(({ value }) => value === "Europe/Berlin"), known.value.topics?.options.map(({ value }) => value)]).toEqual(["UTC", true, expect.arrayContaining(["call", "agent", "queue", "webhook"])]);
  expect(known.value.sounds).toEqual({ options: [{ value: "welcome", label: "welcome" }], strict: false });
  expect(asked.mock.calls.map(([path]) => path)).toEqual(["/voiceconfig/sounds"]);
});

it("asks for a list that comes into need later, and for none a second time", async () => {
  const names = ref<PickerName[]>([]);
  const { known, asked } = form(names, { "/voiceconfig/departments": list(1, { name: "billing" }), "/voiceconfig/trunks": list(1, { name: "carrier" }) });
  expect(asked).not.toHaveBeenCalled();
  names.value = ["departments"];
  await expect.poll(() => known.value.departments).toBeDefined();
  names.value = ["departments", "trunks"];
  await expect.poll(() => known.value.trunks).toBeDefined();
  expect(asked.mock.calls.map(([path]) => path)).toEqual(["/voiceconfig/departments", "/voiceconfig/trunks"]);
});

it("leaves the field to be written where the list cannot be had", async () => {
  const refused = (): Promise<unknown> => Promise.reject(new ApiProblem({ status: 403, code: "Forbidden", message: "Not yours." }));
  const { known, asked } = form(ref<PickerName[]>(["agents", "trunks", "departments"]), { "/voiceconfig/voiceagents": refused, "/voiceconfig/trunks": () => Promise.reject(unreachable()), "/voiceconfig/departments": list(1, { name: "billing" }) });
  await expect.poll(() => Object.keys(known.value)).toEqual(["departments"]);
  await nextTick();
  expect(asked).toHaveBeenCalledTimes(3);
});
