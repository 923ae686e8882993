// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { h, shallowRef } from "vue";
import type { Call, Contact } from "../../../src/console/api/types.js";
import CallDialogs from "../../../src/console/pages/calls/acts/CallDialogs.vue";
import { colleague, department, shared } from "../desk/samples.js";
import { CAROL, mount, settled, shown, type Options } from "../mounted/mount.js";
import { alerts, all, button, choose, named, one, textOf, texts, type } from "../mounted/page.js";
import { later, refused, type Answer, type Answers, type Asked } from "../mounted/server.js";
import { agent, call, queue, waiting } from "../wall/samples.js";

const TRANSFER = "POST /voicechannel/calls/call-1:transfer";
const MOVE = "POST /voicechannel/calls/call-1:move";
const HANG_UP = "POST /voicechannel/calls/call-1:hangup";
const AGENTS = [agent(), agent({ id: "1002", name: "Marek Nowak" })];
const EVERYBODY = [colleague("Alice Moreau", "inCall", { id: "1001" }), colleague("Ema Lund", "away", { extension: "1012" }), colleague("Tomas Havel", "online", { registered: false, extension: "1011" }), department("marketing", { free: 1 }), colleague("Marek Nowak", "online", { id: "1002" }), shared("Main office", "+15550109000")];
const found = (items: readonly Contact[]): Answer => ({ items, total: items.length, next: null });
const finding = ({ query: { q } }: Asked): Answer => found(EVERYBODY.filter(({ name }) => q === undefined || name.toLowerCase().includes(q)));

async function dialog(kind: "transfer" | "move" | "hangUp", of: Call, answers: Answers = {}, options: Options = {}) {
  const chosen = shallowRef<{ readonly callId: string; readonly kind: typeof kind } | null>({ callId: of.id, kind });
  const mounted = await mount(() => h(CallDialogs, { chosen: chosen.value, onClose: () => (chosen.value = null) }), { me: CAROL, agents: AGENTS, calls: [of], ...options, answers: { "GET /voicechannel/directory": finding, ...answers } });
  return { ...mounted, isOpen: () => all("dialog[open]").length > 0, isChosen: () => chosen.value !== null };
}
/** Enter, in a field of the dialog. */
const submit = (): void => one<HTMLFormElement>("dialog form").requestSubmit();
const targets = (): readonly string[] => texts(".target .strong");
const picked = (): readonly string[] => all<HTMLInputElement>(".target input").filter(({ checked }) => checked).map((each) => textOf(each.closest(".target")?.querySelector(".strong")));
const field = (): HTMLInputElement => one<HTMLInputElement>("input[type=search]");

describe("the transfer by a supervisor", () => {
  it("offers the free first, with the first one chosen, and nobody who is on the call", async () => {
    await dialog("transfer", call());
    await shown(targets).toEqual(["Marek Nowak 1014", "marketing", "Ema Lund 1012", "Main office", "Tomas Havel 1011"]);
    expect([picked(), texts(".target > .sub"), textOf(one("h2"))]).toEqual([["Marek Nowak 1014"], ["free", "1 waiting", "Away", "+15550109000", "phone not registered"], "Transfer Priya Raman"]);
  });

  it("sends the call to the chosen one, and closes when the server has confirmed", async () => {
    const answer = later();
    const { acts, isOpen, isChosen } = await dialog("transfer", call(), { [TRANSFER]: () => answer.answer });
    await shown(() => targets().length).toBe(5);
    all<HTMLInputElement>(".target input")[1]?.click();
    await settled();
    button("Transfer").click();
    await shown(acts).toEqual([[TRANSFER, { type: "department", to: "marketing" }]]);
    expect([isOpen(), button("Transfer").getAttribute("aria-busy")]).toEqual([true, "true"]);
    answer.give(undefined);
    await shown(isChosen).toBe(false);
    expect(isOpen()).toBe(false);
  });

  it("stays with what the server says when the target has not answered", async () => {
    const { isOpen } = await dialog("transfer", call(), { [TRANSFER]: () => refused(409, "NO_ANSWER", "Marek Nowak did not answer.") });
    await shown(() => targets().length).toBe(5);
    submit();
    await shown(alerts).toEqual(["Marek Nowak did not answer."]);
    expect(isOpen()).toBe(true);
  });

  it("never goes to somebody who does not fit what is typed, however soon Enter comes", async () => {
    const answer = later();
    const { acts, isOpen, asked } = await dialog("transfer", call(), { "GET /voicechannel/directory": (of) => (of.query["q"] === undefined ? finding(of) : answer.answer) });
    await shown(picked).toEqual(["Marek Nowak 1014"]);
    type(field(), "em");
    await settled();
    expect([targets(), picked()]).toEqual([["Ema Lund 1012"], ["Ema Lund 1012"]]);
    type(field(), "zoe");
    await settled();
    submit();
    await shown(() => asked.at(-1)?.query["q"]).toBe("zoe");
    expect([targets(), acts(), isOpen(), texts("fieldset p")]).toEqual([[], [], true, []]);
    answer.give(found([colleague("Zoe Brandt", "online", { id: "1009" })]));
    await shown(picked).toEqual(["Zoe Brandt 1014"]);
    submit();
    await shown(acts).toEqual([[TRANSFER, { type: "client", to: "1009" }]]);
  });

  it("stays open when nobody is found, and says so", async () => {
    const { acts, isOpen } = await dialog("transfer", call());
    await shown(() => targets().length).toBe(5);
    type(field(), "zoe");
    await shown(() => texts("fieldset p")).toEqual(["Nothing found."]);
    submit();
    await settled();
    expect([acts(), isOpen(), button("Transfer").disabled]).toEqual([[], true, true]);
  });

  it("says that the directory cannot be read, and not that nobody is in it", async () => {
    await dialog("transfer", call(), { "GET /voicechannel/directory": () => refused(500, "InternalError", "No.") });
    await shown(() => texts("fieldset p")).toEqual(["The directory could not be read."]);
  });

  it("never takes a late answer for what is typed now", async () => {
    const [old, young] = [later(), later()];
    const { asked } = await dialog("transfer", call(), { "GET /voicechannel/directory": ({ query: { q } }) => (q === "e" ? old.answer : q === "ma" ? young.answer : found([])) });
    type(field(), "e");
    await shown(() => asked.at(-1)?.query["q"]).toBe("e");
    type(field(), "ma");
    await shown(() => asked.at(-1)?.query["q"]).toBe("ma");
    young.give(found([colleague("Marek Nowak", "online", { id: "1002" })]));
    await shown(targets).toEqual(["Marek Nowak 1014"]);
    old.give(found([colleague("Ema Lund", "online")]));
    await settled();
    expect(targets()).toEqual(["Marek Nowak 1014"]);
  });

  it("dials a number that is typed", async () => {
    const { acts } = await dialog("transfer", call());
    type(field(), "+15550107777");
    await shown(targets).toEqual(["Dial +15550107777"]);
    submit();
    await shown(acts).toEqual([[TRANSFER, { type: "phonenumber", to: "+15550107777" }]]);
  });

  it("goes when its call has ended", async () => {
    const { tell, isOpen } = await dialog("transfer", call());
    tell({ type: "call.ended", data: { call: call({ state: "ended" }), ended: { cause: "NORMAL_CLEARING", by: "customer", waitMs: 0, talkMs: 1, holdMs: 0 } } });
    await shown(isOpen).toBe(false);
  });
});

describe("the move of a caller who waits", () => {
  const queues = [queue({ waiting: 1 }), queue({ name: "sales", waiting: 2 })];
  it("sends the department only where it is another one", async () => {
    const { acts, isChosen } = await dialog("move", waiting({ priority: 3 }), {}, { queues });
    const [where, priority] = all<HTMLSelectElement>("dialog select");
    if (where === undefined || priority === undefined) throw new Error("Something is missing.");
    expect([texts("dialog .label"), where.value, priority.value, texts("option", where)]).toEqual([["Department", "Priority"], "billing", "3", ["billing (1 waiting)", "sales (2 waiting)"]]);
    choose(priority, "5");
    await settled();
    button("Move").click();
    await shown(isChosen).toBe(false);
    expect(acts()).toEqual([[MOVE, { priority: 5 }]]);
  });

  it("keeps the dialog with what is refused", async () => {
    const { acts, isOpen } = await dialog("move", waiting(), { [MOVE]: () => refused(409, "Conflict", "Priya Raman waits no more.") }, { queues });
    choose(one<HTMLSelectElement>("dialog select"), "sales");
    await settled();
    button("Move").click();
    await shown(alerts).toEqual(["Priya Raman waits no more."]);
    expect([acts(), isOpen()]).toEqual([[[MOVE, { department: "sales", priority: 0 }]], true]);
  });
});

describe("hanging up somebody else's call", () => {
  it("asks first, with the name of whom it cuts off, and does nothing when that is cancelled", async () => {
    const { acts, isChosen } = await dialog("hangUp", call());
    expect([textOf(one("h2")), textOf(one("dialog p"))]).toEqual(["Hang up this call?", "Priya Raman and everybody else on the call are disconnected."]);
    named("dialog button", "Cancel").click();
    await shown(isChosen).toBe(false);
    expect(acts()).toEqual([]);
  });

  it("hangs up when it is confirmed", async () => {
    const { acts, isChosen } = await dialog("hangUp", call());
    button("Hang up").click();
    await shown(isChosen).toBe(false);
    expect(acts()).toEqual([[HANG_UP, {}]]);
  });
});
