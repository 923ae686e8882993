// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { h } from "vue";
import type { Contact } from "../../../src/console/api/types.js";
import DirectorySearch from "../../../src/console/pages/desk/DirectorySearch.vue";
import type { Purpose, Target, Way } from "../../../src/console/pages/desk/directory-search.js";
import { mountAtDesk, settled, shown, type Options } from "../mounted/mount.js";
import { alerts, all, button, nameOf, names, one, press, texts, textOf, type } from "../mounted/page.js";
import { later, refused, type Answer, type Asked } from "../mounted/server.js";
import { colleague, department, shared } from "./samples.js";

const EVERYBODY = [colleague("Tomas Havel", "online", { registered: false, extension: "1011" }), colleague("Ema Lund", "inCall", { extension: "1012" }), colleague("Mateo Ruiz", "away", { extension: "1013" }), colleague("Marek Nowak", "online"), department("marketing", { free: 0 }), shared("Main office", "+15550109000")];
const found = (items: readonly Contact[]): Answer => ({ items, total: items.length, next: null });
const finding = (items: readonly Contact[]) => ({ query: { q, type: kind } }: Asked): Answer => found(items.filter(({ name, type: of }) => (q === undefined || name.toLowerCase().includes(q.toLowerCase())) && (kind === undefined || of === kind)));

async function search(purpose: Purpose, { answer = finding(EVERYBODY), isOff = false }: { readonly answer?: (asked: Asked) => Answer | Promise<Answer>; readonly isOff?: boolean } = {}, options: Options = {}) {
  const reached: (readonly [Way, Target])[] = [];
  let closed = 0;
  // Names are read once for the whole desk, with another limit.
  const mounted = await mountAtDesk(() => h(DirectorySearch, { purpose, isFocused: true, isOff, onReach: (way: Way, target: Target) => reached.push([way, target]), onClose: () => closed++ }), {
    ...options, answers: { "GET /voicechannel/directory": (asked) => (asked.query["limit"] === "60" ? answer(asked) : found([])) },
  });
  const field = one<HTMLInputElement>("input");
  return { ...mounted, field, reached, closed: () => closed, questions: () => mounted.asked.flatMap(({ query }) => (query["limit"] === "60" ? [query["q"] ?? ""] : [])) };
}
/** Enter has come before the answer to what is typed. */
async function enteredEarly() {
  const answer = later();
  const page = await search("call", { answer: () => answer.answer });
  type(page.field, "ma");
  await settled();
  press("Enter", page.field);
  return { answer, ...page };
}
const rows = (): readonly string[] => texts(".desk-name");
/** The row that the field names as the one that Enter is about. */
const active = (): string => {
  const id = one("input").getAttribute("aria-activedescendant");
  return id === null ? "" : textOf(document.getElementById(id)?.querySelector(".desk-name"));
};

describe("the search field", () => {
  it("is a combobox that names its list, and its list says of each row whether it is the chosen one", async () => {
    const { field } = await search("transfer");
    await shown(rows).toHaveLength(6);
    expect([document.activeElement === field, field.getAttribute("role"), nameOf(field), field.getAttribute("aria-expanded"), field.getAttribute("aria-autocomplete")]).toEqual([true, "combobox", "Transfer to", "true", "list"]);
    const list = one(`#${field.getAttribute("aria-controls")}`);
    expect([list.getAttribute("role"), list.getAttribute("role") === field.getAttribute("aria-haspopup"), nameOf(list)]).toEqual(["grid", true, "Found"]);
    expect(all("[role=row]", list).map((row) => row.getAttribute("aria-selected"))).toEqual(["true", "false", "false", "false", "false", "false"]);
    expect(texts("[role=status]")).toEqual(["6 found, free first"]);
  });

  it("shows who is free first, and who cannot be reached last, with a word for each", async () => {
    await search("transfer");
    await shown(rows).toEqual(["Marek Nowak", "Ema Lund", "Mateo Ruiz", "marketing", "Main office", "Tomas Havel"]);
    expect(all("[role=row]").map((row) => textOf(all("[role=gridcell]", row)[1]))).toEqual(["Free 10:00 · billing", "In call 10:00 · billing", "Away · billing", "0 free · 1 waiting 0:12", "+15550109000", "Phone not registered"]);
    expect(textOf(all("[role=row]").at(-1)?.querySelector(".ways"))).toBe("Cannot be reached");
  });

  it("is closed while nobody has been looked for, where it only calls, and opens with what is typed", async () => {
    const { field, questions } = await search("call");
    expect([field.getAttribute("aria-expanded"), field.hasAttribute("aria-controls"), field.hasAttribute("aria-activedescendant"), all("[role=grid]").length, questions()]).toEqual(["false", false, false, 0, []]);
    type(field, "ma");
    await shown(rows).toEqual(["Marek Nowak", "Ema Lund", "Mateo Ruiz", "Main office", "Tomas Havel"]);
    expect([field.getAttribute("aria-expanded"), active()]).toEqual(["true", "Marek Nowak"]);
  });

  it("moves through the rows by the arrows, round the ends and past those who cannot be reached, while the focus stays in the field", async () => {
    const { field } = await search("transfer");
    await shown(active).toBe("Marek Nowak");
    const seen: string[] = [];
    for (const key of ["ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp", "ArrowUp"]) {
      // The cursor in the field must not move.
      expect(press(key, field)).toBe(false);
      await settled();
      seen.push(active());
    }
    expect(seen).toEqual(["Ema Lund", "Mateo Ruiz", "Ema Lund", "Marek Nowak", "Main office"]);
    expect([document.activeElement === field, all("[role=row]").filter((row) => row.getAttribute("aria-selected") === "true").map((row) => row.id)]).toEqual([true, [field.getAttribute("aria-activedescendant")]]);
  });

  it("consults by Enter and transfers at once by Ctrl and Enter, and says so beside", async () => {
    const { field, reached } = await search("transfer");
    await shown(active).toBe("Marek Nowak");
    expect(texts(".hint span")).toEqual(["↑↓ choose", "Enter consult first", "Ctrl Enter transfer now", "Esc close"]);
    press("Enter", field);
    press("Enter", field, { ctrlKey: true });
    for (let downs = 0; downs < 3; downs++) press("ArrowDown", field);
    await shown(active).toBe("marketing");
    expect(texts(".hint span")).toEqual(["↑↓ choose", "Enter transfer now", "Esc close"]);
    press("Enter", field);
    const marek: Target = { type: "client", to: "mareknowak" };
    expect(reached).toEqual([["consult", marek], ["transfer", marek], ["transfer", { type: "department", to: "marketing" }]]);
  });

  it("has a button for each way, with whom it is about in its name", async () => {
    const { reached } = await search("transfer");
    await shown(rows).toHaveLength(6);
    expect(names(".ways button", all("[role=row]")[0])).toEqual(["Consult Marek Nowak", "Transfer to Marek Nowak"]);
    button("Transfer to marketing").click();
    expect(reached).toEqual([["transfer", { type: "department", to: "marketing" }]]);
  });

  it("closes by Escape; where it calls, what was typed goes with it", async () => {
    const panel = await search("add");
    press("Escape", panel.field);
    expect(panel.closed()).toBe(1);
    panel.unmount();
    const dial = await search("call");
    type(dial.field, "ma");
    await shown(rows).toHaveLength(5);
    press("Escape", dial.field);
    await settled();
    expect([dial.field.value, all("[role=grid]").length, dial.reached]).toEqual(["", 0, []]);
  });

  it("asks for one kind alone where that is wanted, and offers queues only for a transfer", async () => {
    const { asked } = await search("transfer");
    await shown(rows).toHaveLength(6);
    button("Numbers").click();
    await shown(rows).toEqual(["Main office"]);
    expect([asked.at(-1)?.query["type"], button("Numbers").getAttribute("aria-pressed"), button("All").getAttribute("aria-pressed"), names(".chips button")]).toEqual(["number", "true", "false", ["All", "Agents", "Queues", "Numbers"]]);
  });

  it("offers no queue to be added or called", async () => {
    await search("add");
    await shown(rows).toHaveLength(5);
    expect([rows().includes("marketing"), names(".chips button"), names(".ways button", all("[role=row]")[0])]).toEqual([false, ["All", "Agents", "Numbers"], ["Add Marek Nowak"]]);
  });

  it("does nothing while nothing can be done", async () => {
    const { field, reached } = await search("transfer", { isOff: true });
    await shown(active).toBe("Marek Nowak");
    press("Enter", field);
    expect([reached, button("Consult Marek Nowak").disabled]).toEqual([[], true]);
  });
});

describe("a number that is typed", () => {
  it("is the last row, and is called as it was typed", async () => {
    const { field, reached } = await search("call");
    type(field, "+1 (555) 010-7777");
    await shown(rows).toEqual(["+1 (555) 010-7777"]);
    await shown(() => textOf(one("[role=row]")).includes("as typed")).toBe(true);
    press("Enter", field);
    await settled();
    await shown(() => reached).toEqual([["call", { type: "phonenumber", to: "+15550107777" }]]);
    expect(field.value).toBe("");
  });

  it("is called at once by the arrow and Enter, whatever the directory has still to say", async () => {
    const { field, reached } = await search("call", { answer: () => later().answer });
    type(field, "0301234567");
    await shown(rows).toEqual(["0301234567"]);
    press("ArrowDown", field);
    await settled();
    press("Enter", field);
    expect(reached).toEqual([["call", { type: "phonenumber", to: "0301234567" }]]);
  });
});

describe("what the directory says", () => {
  it("is asked once for what is typed in one go, without the spaces round it", async () => {
    const { field, questions } = await search("call");
    for (const text of ["m", "ma", "mar "]) {
      type(field, text);
      await settled();
    }
    await shown(rows).toEqual(["Marek Nowak"]);
    expect(questions()).toEqual(["mar"]);
  });

  it("never comes from an older question, however late that is answered", async () => {
    const [old, young] = [later(), later()];
    const { field, questions } = await search("call", { answer: ({ query }) => (query["q"] === "em" ? old.answer : young.answer) });
    type(field, "em");
    await shown(questions).toEqual(["em"]);
    type(field, "ma");
    await shown(questions).toEqual(["em", "ma"]);
    young.give(found([colleague("Marek Nowak", "online")]));
    await shown(rows).toEqual(["Marek Nowak"]);
    old.give(found([colleague("Maria Emmer", "online")]));
    await settled();
    expect([rows(), active()]).toEqual([["Marek Nowak"], "Marek Nowak"]);
  });

  it("is waited for by an Enter that came before it", async () => {
    const { answer, reached, questions } = await enteredEarly();
    await shown(questions).toEqual(["ma"]);
    expect(reached).toEqual([]);
    answer.give(found([colleague("Ema Lund", "inCall"), colleague("Marek Nowak", "online")]));
    await shown(() => reached).toEqual([["call", { type: "client", to: "mareknowak" }]]);
  });

  it("is not done for an Enter that another letter has followed", async () => {
    const { answer, field, reached, questions } = await enteredEarly();
    press("x", field);
    await shown(questions).toEqual(["ma"]);
    answer.give(found([colleague("Marek Nowak", "online")]));
    await shown(rows).toEqual(["Marek Nowak"]);
    expect(reached).toEqual([]);
  });

  it("is said when it is nobody, and not before it is there", async () => {
    const none = "Nobody is found. A whole number can be called as it is.";
    const answers = [later(), later(), later()];
    let asked = 0;
    const { field } = await search("call", { answer: () => answers[asked++]?.answer });
    type(field, "ma");
    await shown(() => asked).toBe(1);
    expect(texts("p.desk-empty")).toEqual([]);
    answers[0]?.give(found([colleague("Marek Nowak", "online")]));
    await shown(rows).toEqual(["Marek Nowak"]);
    // Nothing of what is there fits; what the directory has is not known yet.
    type(field, "zoe");
    await shown(() => asked).toBe(2);
    expect([rows(), texts("p.desk-empty")]).toEqual([[], []]);
    answers[1]?.give(found([]));
    await shown(() => texts("p.desk-empty")).toEqual([none]);
    press("Escape", field);
    await settled();
    type(field, "em");
    await shown(() => asked).toBe(3);
    expect(texts("p.desk-empty")).toEqual([]);
    answers[2]?.give(found([]));
    await shown(() => texts("p.desk-empty")).toEqual([none]);
  });

  it("is said not to be there when it cannot be read, and comes with the next question", async () => {
    let isBroken = true;
    const { field } = await search("call", { answer: (asked) => (isBroken ? refused(500, "InternalError", "No.") : finding(EVERYBODY)(asked)) });
    type(field, "ma");
    await shown(alerts).toEqual(["The directory could not be read."]);
    isBroken = false;
    type(field, "mar");
    await shown(rows).toEqual(["Marek Nowak"]);
    expect(alerts()).toEqual([]);
  });

  it("is not older than what the stream has told since it was asked", async () => {
    const answer = later();
    const { field, tell, questions } = await search("call", { answer: () => answer.answer });
    type(field, "ma");
    await shown(questions).toEqual(["ma"]);
    tell({ type: "directory.presence", data: { items: [colleague("Marek Nowak", "inCall")], removed: [{ type: "agent", id: "mateoruiz" }] } });
    answer.give(found([colleague("Marek Nowak", "online"), colleague("Mateo Ruiz", "online"), colleague("Maya Fischer", "online")]));
    await shown(rows).toEqual(["Maya Fischer", "Marek Nowak"]);
    expect(all("[role=row]").map((row) => textOf(all("[role=gridcell]", row)[1]).split(" ")[0])).toEqual(["Free", "In"]);
  });

  it("follows the stream, and moves nobody under the hand", async () => {
    const { tell } = await search("transfer");
    await shown(rows).toEqual(["Marek Nowak", "Ema Lund", "Mateo Ruiz", "marketing", "Main office", "Tomas Havel"]);
    tell({ type: "directory.presence", data: { items: [colleague("Ema Lund", "online", { extension: "1012" }), colleague("Marek Nowak", "inCall")], removed: [{ type: "agent", id: "mateoruiz" }] } });
    await shown(rows).toEqual(["Marek Nowak", "Ema Lund", "marketing", "Main office", "Tomas Havel"]);
    expect(all("[role=row]").slice(0, 2).map((row) => textOf(all("[role=gridcell]", row)[1]).split(" ")[0])).toEqual(["In", "Free"]);
    expect(active()).toBe("Marek Nowak");
  });
});
