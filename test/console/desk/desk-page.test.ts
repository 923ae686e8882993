// @vitest-environment happy-dom
import { afterEach, describe, expect, it } from "vitest";
import { h } from "vue";
import type { Agent, Call } from "../../../src/console/api/types.js";
import DeskPage from "../../../src/console/pages/desk/DeskPage.vue";
import { preferences } from "../../../src/console/preferences.js";
import { ALICE, mount, settled, shown } from "../mounted/mount.js";
import { all, names, one, press, texts, textOf, type } from "../mounted/page.js";
import { refused, type Answers } from "../mounted/server.js";
import { agent, call, caller, colleague, leg } from "./samples.js";

const act = (name: string, id = "call-1"): string => `POST /voicechannel/calls/${id}:${name}`;
const held = call({ id: "call-2", fromName: "Sam Ortiz", createdAt: "2026-11-29T14:02:00.000Z", state: "held", heldBy: "agent" });
const none = { items: [], total: 0, next: null };

afterEach(() => preferences.set("keys", null));

async function desk(calls: readonly Call[] = [call()], self: Agent = agent({ status: "inCall", calls: calls.map(({ id }) => id) }), answers: Answers = {}) {
  const record = (): Response => refused(404, "NotFound", "There is no such object.");
  return mount(() => h("div", [h(Header), h(DeskPage)]), {
    me: ALICE, agents: [self], calls,
    answers: { "GET /voicechannel/directory": () => ({ ...none, items: [colleague("Marek Nowak", "online", { id: "1014" })] }), "GET /voiceconfig/calllogs": () => none, "GET /voiceconfig/calllogs/call-1": record, "GET /voiceconfig/calllogs/call-2": record, ...answers },
  });
}
/** Where the header has room for what belongs to a page. */
const Header = { render: () => h("div", { id: "top-extras" }) };

describe("the keys of the desk", () => {
  it("do what the bar does, with the call in the middle", async () => {
    const { acts } = await desk();
    for (const [key, more] of [["m", {}], ["h", {}], ["r", {}], ["p", {}], ["E", { shiftKey: true }]] as const) {
      // The browser does nothing else with it.
      expect(press(key, document.body, more)).toBe(false);
    }
    await shown(acts).toEqual([[act("mute"), undefined], [act("hold"), undefined], [act("record"), { action: "start" }], [act("park"), undefined], [act("hangup"), undefined]]);
  });

  it("do nothing that the call cannot have now, nor while the stream is lost", async () => {
    const { acts, lose } = await desk();
    press("x");
    press("y");
    lose();
    await shown(() => names(".tile:not(:disabled)")).toEqual([]);
    press("m");
    await settled();
    expect(acts()).toEqual([]);
  });

  it("are text in a field, the browser's with Ctrl, and nothing when a key is held down", async () => {
    const { acts } = await desk();
    type(one<HTMLTextAreaElement>("textarea"), "m");
    expect([press("m", one("textarea")), press("r", document.body, { ctrlKey: true }), press("h", document.body, { repeat: true })]).toEqual([true, true, true]);
    await settled();
    expect(acts()).toEqual([]);
  });

  it("are not the letter that leads to another page", async () => {
    const { acts } = await desk();
    press("g");
    press("m");
    await settled();
    expect(acts()).toEqual([]);
    press("m");
    await shown(acts).toEqual([[act("mute"), undefined]]);
  });

  it("are off for who has switched them off, and nobody's when the page is gone", async () => {
    preferences.set("keys", "off");
    const { acts, unmount } = await desk();
    expect(press("m")).toBe(true);
    preferences.set("keys", null);
    unmount();
    expect([press("m"), acts()]).toEqual([true, []]);
  });

  it("open the panels, the status, the field to find somebody, and the list of keys", async () => {
    await desk();
    press("k");
    await shown(() => one(".panel").getAttribute("aria-label")).toBe("Keypad");
    press("/", document.body);
    await shown(() => one(".panel").getAttribute("aria-label")).toBe("Transfer to");
    await shown(() => document.activeElement === one("[role=combobox]")).toBe(true);
    press("s", document.body);
    await shown(() => textOf(document.activeElement)).toBe("Free");
    press("Escape");
    press("?", document.body, { shiftKey: true });
    await shown(() => all("dialog[open]").length).toBe(1);
    expect([texts("dialog dt").slice(0, 3), texts("dialog dd").slice(0, 3)]).toEqual([["M", "H", "K"], ["Mute, unmute", "Hold, resume", "Keypad"]]);
    // Behind a dialog, no key is the desk's.
    expect(press("m", document.body)).toBe(true);
  });

  it("go to the field to call somebody when there is no call", async () => {
    await desk([], agent());
    press("/", document.body);
    await shown(() => document.activeElement === one("[role=combobox]")).toBe(true);
  });

  it("go to a call by its number: back to one on hold, with the conversation on hold first", async () => {
    const { acts, updated } = await desk([call(), held]);
    expect([textOf(one(".middle h1")), texts(".one .desk-name"), texts(".one kbd")]).toEqual(["Priya Raman", ["Priya Raman", "Sam Ortiz"], ["1", "2"]]);
    press("3");
    press("2");
    await shown(acts).toEqual([[act("hold"), undefined], [act("resume", "call-2"), undefined]]);
    updated(call({ state: "held", heldBy: "agent" }));
    updated({ ...held, state: "active", heldBy: null });
    await shown(() => textOf(one(".middle h1"))).toBe("Sam Ortiz");
  });
});

describe("the desk as a whole", () => {
  it("shows whoever rings, and the conversation that begins", async () => {
    const rings = call({ state: "ringing", assignedTo: null, answeredAt: null, ringing: ["1001"], legs: [caller({ state: "ringing" }), leg({ state: "ringing" })] });
    const { updated, acts } = await desk([], agent());
    updated(rings);
    await shown(() => names(".two button")).toEqual(["Answer", "Decline"]);
    press("y", document.body);
    await shown(acts).toEqual([["POST /voicechannel/calls/call-1/legs/leg-1:answer", undefined]]);
    updated(call());
    await shown(() => names(".tile").length).toBe(8);
  });

  it("keeps a half-written note over a lost connection", async () => {
    const { lose, back } = await desk();
    type(one<HTMLTextAreaElement>("textarea"), "Half a");
    lose();
    await back();
    await settled();
    expect(one<HTMLTextAreaElement>("textarea").value).toBe("Half a");
  });
});
