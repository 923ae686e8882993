// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from "vitest";
import { h, shallowRef } from "vue";
import type { FormName } from "../../../src/console/api/forms.js";
import { ApiProblem, unreachable } from "../../../src/console/api/problem.js";
import ApiForm from "../../../src/console/forms/ApiForm.vue";
import type { Overlay } from "../../../src/console/forms/overlay.js";
import { fieldsEn } from "../../../src/console/messages/fields.en.js";
import { overlaysOf } from "../../../src/console/pages/admin/overlays.js";
import { generic, mount, settled, shown } from "../mounted/mount.js";
import { alerts, all, button, choose, nameOf, named, names, one, press, texts, textOf, type } from "../mounted/page.js";
import { routerAt } from "../mounted/router.js";

afterEach(() => void vi.unstubAllGlobals());

const OVERLAYS = overlaysOf(fieldsEn);
const BILLING = { name: "billing", strategy: "longest-idle", priority: 0, skills: [], ringTimeoutS: 20, maxMissed: 3, wrapUpS: 10, dispositions: ["solved"], maxWaitS: null, maxLength: null, overflow: { type: "hangup" }, music: null, greeting: null, announceEveryS: null, callbackKey: null, serviceLevelS: 20, serviceLevelTarget: 0.8, alarms: { longestWaitS: null, waiting: null, talkS: null, awayS: null }, recorded: false, workflowSid: null };
const MENU = { name: "Main", language: "en-US", voice: null, recorded: false, hours: null, closed: null, greeting: null, menu: null, target: { type: "hangup" }, ringS: 20, unanswered: { type: "voicemail" }, voicemail: { greeting: null, maxLengthS: 180 }, music: null, statusCallback: null };
const page = (...items: readonly object[]) => () => ({ items, total: items.length, next: null });
const PICKERS = {
  "GET /voiceconfig/voiceagents": page({ id: "1001", name: "Alice Moreau" }), "GET /voiceconfig/departments": page({ name: "billing" }, { name: "sales" }),
  "GET /voiceconfig/configs": page({ id: "7", name: "Night" }), "GET /voiceconfig/sounds": page({ name: "welcome.wav" }), "GET /voiceconfig/trunks": page({ name: "carrier" }),
};

interface Given {
  readonly form?: FormName;
  readonly overlay?: Overlay;
  /** Null: something is made. */
  readonly value?: object | null;
  readonly save?: (body: unknown, etag: string | null) => Promise<unknown>;
  readonly reload?: () => Promise<{ readonly value: unknown; readonly etag: string | null }>;
}
async function form({ form: name = "UpdateDepartmentRequest", overlay = OVERLAYS.departments, value = BILLING, save = () => Promise.resolve(), reload }: Given = {}) {
  const saved: (readonly [body: unknown, etag: string | null])[] = [];
  const told: string[] = [];
  const loaded = shallowRef(value === null ? null : { value, etag: '"1"' });
  const { router, view } = await routerAt("/form", () => h(generic(ApiForm), {
    form: name, overlay, loaded: loaded.value, ...(reload === undefined ? {} : { reload }),
    save: (body: unknown, etag: string | null) => {
      saved.push([body, etag]);
      return save(body, etag);
    },
    onSaved: () => told.push("saved"), onCancel: () => told.push("cancel"),
  }));
  const mounted = await mount(view, { router, answers: PICKERS });
  return { ...mounted, router, saved, told, loaded };
}
const field = <E extends HTMLElement = HTMLInputElement>(name: string): E => named<E>("input, select, textarea", name);
const group = (legend: string): HTMLElement => {
  const found = all("fieldset").find((each) => textOf(each.querySelector("legend")).replace(" *", "") === legend);
  if (found === undefined) throw new Error(`There is no group ${legend}.`);
  return found;
};
/** What a screen reader says after the field's name. */
const about = (element: Element): readonly string[] => (element.getAttribute("aria-describedby") ?? "").split(" ").map((id) => textOf(document.getElementById(id))).filter((text) => text !== "");
const save = (): void => one<HTMLFormElement>("form").requestSubmit();
const refusing = (status: number, code: string, message: string) => () => Promise.reject(new ApiProblem({ status, code, message }));

describe("a form of something that is there", () => {
  it("has a label and what it means at each field, and what stands in it", async () => {
    await form();
    const rings = field("Rings for (seconds)");
    expect([texts("h2")[0], rings.value, about(rings), field("Longest wait (seconds)").placeholder, field("Record every conversation").checked]).toEqual(["Basics", "20", ["Then the next agent is tried."], "For ever", false]);
    expect(all("input, select, textarea").filter((each) => nameOf(each) === "")).toEqual([]);
  });

  it("can be saved when something was changed, and sends that alone, with the tag of what was loaded", async () => {
    const { saved, told } = await form();
    expect(button("Save").disabled).toBe(true);
    type(field("Rings for (seconds)"), "25");
    field("Record every conversation").click();
    choose(field<HTMLSelectElement>("Who is offered the next caller"), "ring-all");
    await settled();
    expect(button("Save").disabled).toBe(false);
    save();
    await shown(() => told).toEqual(["saved"]);
    expect(saved).toEqual([[{ ringTimeoutS: 25, recorded: true, strategy: "ring-all" }, '"1"']]);
    await shown(() => textOf(one("footer [role=status]"))).toBe("Saved");
  });

  it("has nothing to save when what was changed is as it was again", async () => {
    await form();
    type(field("Rings for (seconds)"), "25");
    type(field("Rings for (seconds)"), "20");
    await settled();
    expect(button("Save").disabled).toBe(true);
  });

  it("is not sent twice while it is being saved", async () => {
    const { saved } = await form({ save: () => new Promise(() => undefined) });
    type(field("Rings for (seconds)"), "25");
    save();
    await settled();
    save();
    expect([saved.length, button("Save").disabled, button("Save").getAttribute("aria-busy")]).toEqual([1, true, "true"]);
  });

  it("goes back to what was there when it is cancelled", async () => {
    const { told } = await form();
    type(field("Rings for (seconds)"), "25");
    await settled();
    button("Cancel").click();
    await settled();
    expect([told, field("Rings for (seconds)").value]).toEqual([["cancel"], "20"]);
  });
});

describe("what is wrong in a form", () => {
  it("is said on top, in focus, with the way to each field, and at the field; nothing is sent", async () => {
    const { saved } = await form();
    type(field("Rings for (seconds)"), "1");
    type(field("Longest wait (seconds)"), "soon");
    save();
    await shown(() => texts(".fault-link")).toEqual(["Rings for (seconds): At least 3.", "Longest wait (seconds): This is not a number."]);
    const rings = field("Rings for (seconds)");
    expect([saved, document.activeElement === one("[data-summary]"), one("[data-summary]").getAttribute("role"), rings.getAttribute("aria-invalid"), about(rings)]).toEqual([[], true, "alert", "true", ["Then the next agent is tried.", "At least 3."]]);
    expect(textOf(one("[data-summary] p"))).toBe("2 fields need another look:");
    all(".fault-link")[1]?.click();
    expect(document.activeElement === field("Longest wait (seconds)")).toBe(true);
  });

  it("goes from a field that is changed, and stays at the others", async () => {
    await form();
    type(field("Rings for (seconds)"), "1");
    type(field("Longest wait (seconds)"), "soon");
    save();
    await shown(() => texts(".fault-link").length).toBe(2);
    type(field("Rings for (seconds)"), "20");
    await shown(() => texts(".fault-link")).toEqual(["Longest wait (seconds): This is not a number."]);
    expect(field("Rings for (seconds)").getAttribute("aria-invalid")).toBe("false");
  });

  it("is told in the measure of the field: a part of all in percent", async () => {
    await form();
    expect(field("Goal").value).toBe("80");
    type(field("Goal"), "150");
    save();
    await shown(() => texts(".fault-link")).toEqual(["Goal: At most 100."]);
    expect(about(field("Goal")).at(-1)).toBe("At most 100.");
  });

  it("is found inside what belongs together", async () => {
    await form();
    type(field("Callers who wait"), "0");
    save();
    await shown(() => texts(".fault-link")).toEqual(["Raise an alarm on the wall, Callers who wait: At least 1."]);
    all(".fault-link")[0]?.click();
    expect(document.activeElement === field("Callers who wait")).toBe(true);
  });

  it("is what the server refuses: at its field where it names one, else on top", async () => {
    let refuse = refusing(400, "InvalidParameter", "music: is no sound of the organization.");
    await form({ save: () => refuse() });
    type(field("Music"), "x.wav");
    save();
    await shown(() => texts(".fault-link")).toEqual(["Music: Is no sound of the organization."]);
    expect(field("Music").value).toBe("x.wav");
    refuse = refusing(409, "Conflict", "The department is being removed.");
    save();
    await shown(alerts).toEqual(["The department is being removed."]);
    refuse = () => Promise.reject(unreachable());
    save();
    await shown(alerts).toEqual(["The server cannot be reached. Try again."]);
    expect(button("Save").disabled).toBe(false);
  });
});

describe("what somebody else has changed meanwhile", () => {
  const THEIRS = { ...BILLING, ringTimeoutS: 40, priority: 5 };
  async function conflict() {
    let isFirst = true;
    const given = await form({
      save: () => {
        if (!isFirst) return Promise.resolve();
        isFirst = false;
        return refusing(412, "PreconditionFailed", "It has changed.")();
      },
      reload: () => Promise.resolve({ value: THEIRS, etag: '"2"' }),
    });
    type(field("Rings for (seconds)"), "25");
    save();
    await shown(() => texts(".theirs li")).toEqual(["Priority: 5", "Rings for (seconds): 40"]);
    return given;
  }

  it("is shown before anything is overwritten, and can be taken", async () => {
    const { saved } = await conflict();
    expect(document.activeElement === one(".theirs")).toBe(true);
    button("Look at it (drops your changes)").click();
    await settled();
    expect([all(".theirs").length, field("Rings for (seconds)").value, field("Priority").value, button("Save").disabled, saved.length]).toEqual([0, "40", "5", true, 1]);
  });

  it("stays where nothing was changed here, when it is overwritten", async () => {
    const { saved, told } = await conflict();
    button("Overwrite with my changes").click();
    await shown(() => told).toEqual(["saved"]);
    expect([saved.at(-1), field("Priority").value]).toEqual([[{ ringTimeoutS: 25 }, '"2"'], "5"]);
  });

  it("comes into the form by itself where nothing of it was touched here", async () => {
    const { loaded, saved } = await form();
    type(field("Rings for (seconds)"), "25");
    loaded.value = { value: { ...BILLING, priority: 5 }, etag: '"2"' };
    await shown(() => field("Priority").value).toBe("5");
    expect(field("Rings for (seconds)").value).toBe("25");
    save();
    await shown(() => saved).toEqual([[{ ringTimeoutS: 25 }, '"2"']]);
  });
});

describe("leaving a form", () => {
  it("asks while something is not saved, and stays when that is wanted", async () => {
    const asked: string[] = [];
    let leaves = false;
    vi.stubGlobal("confirm", (text: string) => (asked.push(text), leaves));
    const { router } = await form();
    const closing = (): boolean => dispatchEvent(new Event("beforeunload", { cancelable: true }));
    expect(closing()).toBe(true);
    type(field("Rings for (seconds)"), "25");
    await settled();
    expect(closing()).toBe(false);
    await router.push("/other");
    expect([asked.length, router.currentRoute.value.path, field("Rings for (seconds)").value]).toEqual([1, "/form", "25"]);
    leaves = true;
    await router.push("/other");
    expect([asked, router.currentRoute.value.path]).toEqual([["What you have changed here is not saved. Leave anyway?", "What you have changed here is not saved. Leave anyway?"], "/other"]);
  });

  it("asks nothing where nothing was changed, or it is saved", async () => {
    vi.stubGlobal("confirm", () => {
      throw new Error("It asks.");
    });
    const { router, told } = await form();
    type(field("Rings for (seconds)"), "25");
    save();
    await shown(() => told).toEqual(["saved"]);
    await router.push("/other");
    expect(router.currentRoute.value.path).toBe("/other");
  });
});

describe("a form that makes something", () => {
  const token = (more: Given = {}) => form({ form: "CreateTokenRequest", overlay: OVERLAYS.tokens, value: null, ...more });

  it("says what is needed, and sends all that was said and no more", async () => {
    const { saved } = await token();
    save();
    await shown(() => texts(".fault-link")).toEqual(["Name: This is needed.", "Good for (seconds): This is needed."]);
    type(field("Name"), "Reports");
    type(field("Good for (seconds)"), "3600");
    named("label.box", "Listen").querySelector("input")?.click();
    await settled();
    save();
    await shown(() => saved).toEqual([[{ name: "Reports", lifetimeS: 3600, permissions: ["listen"] }, null]]);
  });

  it("marks what is needed", async () => {
    await token();
    expect([field("Name").required, all(".needed").length, field("Name").getAttribute("aria-invalid")]).toEqual([true, 2, "false"]);
  });
});

describe("the kinds of fields", () => {
  it("several words are written one by one or pasted, and taken out again", async () => {
    const { saved } = await form();
    const outcomes = field("Add to Outcomes to choose from");
    expect(texts("li.pill", group("Outcomes to choose from"))).toEqual(["solved×"]);
    type(outcomes, "callback, solved; refund");
    // Enter adds the word, and does not send the form.
    expect(press("Enter", outcomes)).toBe(false);
    await settled();
    button("Remove solved").click();
    await settled();
    save();
    await shown(() => saved).toEqual([[{ dispositions: ["callback", "refund"] }, '"1"']]);
  });

  it("a word that was typed and not added is not lost when the field is left", async () => {
    const { saved } = await form();
    const outcomes = field("Add to Outcomes to choose from");
    type(outcomes, "refund");
    outcomes.dispatchEvent(new Event("change", { bubbles: true }));
    await settled();
    expect([texts("li.pill", group("Outcomes to choose from")), outcomes.value]).toEqual([["solved×", "refund×"], ""]);
    save();
    await shown(() => saved).toEqual([[{ dispositions: ["solved", "refund"] }, '"1"']]);
  });

  it("one of several things is chosen first by what, then which", async () => {
    const { saved } = await form();
    const what = field<HTMLSelectElement>("Then the caller");
    expect([what.value, texts("option", what).length]).toEqual(["hangup", 4]);
    choose(what, "department");
    await settled();
    save();
    await shown(() => texts(".fault-link")).toEqual(["Then the caller: This is needed."]);
    const which = field<HTMLSelectElement>("Department");
    await shown(() => texts("option", which).slice(1)).toEqual(["billing", "sales"]);
    choose(which, "sales");
    await settled();
    save();
    await shown(() => saved).toEqual([[{ overflow: { type: "department", to: "sales" } }, '"1"']]);
  });

  it("what may be nothing is there by a box, with something to begin with, and rows are added and taken out", async () => {
    const { saved } = await form({ form: "UpdateConfigRequest", overlay: OVERLAYS.voice, value: MENU });
    const used = all("label.box", group("Callers are taken"))[0];
    expect(textOf(used)).toBe("Only at certain timesAt any time");
    used?.querySelector("input")?.click();
    await settled();
    const weekly = group("Every week");
    expect([all<HTMLInputElement>("input[type=time]", weekly).map(({ value }) => value), all<HTMLInputElement>("input[type=checkbox]", weekly).filter(({ checked }) => checked).length]).toEqual([["08:00", "18:00"], 5]);
    button("Add", weekly).click();
    await settled();
    expect(names("button", weekly)).toEqual(["Remove row 1", "Remove row 2", "Add"]);
    button("Remove row 2", weekly).click();
    await settled();
    all<HTMLInputElement>("input[type=checkbox]", weekly)[5]?.click();
    await settled();
    type(named<HTMLInputElement>("input", "Time zone"), "Europe/Berlin");
    save();
    await shown(() => saved.length).toBe(1);
    expect(saved[0]?.[0]).toMatchObject({ hours: { timeZone: "Europe/Berlin", weekly: [{ from: "08:00", to: "18:00", days: ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday"] }] } });
  });

  it("keys of the telephone lead somewhere each, and none is there twice", async () => {
    const { saved } = await form({ form: "UpdateConfigRequest", overlay: OVERLAYS.voice, value: { ...MENU, menu: { prompt: { type: "say", text: "Press a key." }, keys: { 1: { type: "hangup" } }, tries: 3, timeoutS: 5, invalid: null } } });
    const keys = group("Keys");
    const more = all<HTMLSelectElement>("select", keys).at(-1);
    if (more === undefined) throw new Error("No key can be added.");
    expect(texts("option", more).includes("1")).toBe(false);
    choose(more, "2");
    await settled();
    const second = named<HTMLSelectElement>("select", "Key 2", keys);
    choose(second, "department");
    await shown(() => names("select", keys).some((name) => name.startsWith("Department"))).toBe(true);
    choose(named<HTMLSelectElement>("select", "Department", keys), "sales");
    await settled();
    button("Remove Key 1", keys).click();
    await settled();
    save();
    await shown(() => saved.length).toBe(1);
    expect(saved[0]?.[0]).toEqual({ menu: { prompt: { type: "say", text: "Press a key." }, keys: { 2: { type: "department", to: "sales" } }, tries: 3, timeoutS: 5, invalid: null } });
  });
});
