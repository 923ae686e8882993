// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { h, shallowRef } from "vue";
import { createRouter, createMemoryHistory } from "vue-router";
import type { Call } from "../../../src/console/api/types.js";
import AgentDay from "../../../src/console/pages/agents/AgentDay.vue";
import AgentHistory from "../../../src/console/pages/agents/AgentHistory.vue";
import { agent, call, log } from "../desk/samples.js";
import { CAROL, mount, settled, shown } from "../mounted/mount.js";
import { all, button, texts } from "../mounted/page.js";
import { later, refused, type Answers } from "../mounted/server.js";

const page = (...items: readonly object[]) => ({ items, total: items.length, next: null });
const router = () => createRouter({ history: createMemoryHistory(), routes: [{ path: "/:path(.*)*", component: { render: () => h("p") } }] });
const cells = (column: number): readonly string[] => all("tbody tr").map((row) => texts("td", row)[column] ?? "");

describe("the statuses of an agent", () => {
  const HISTORY = "GET /voicechannel/agents/1001/history";
  const OTHER = "GET /voicechannel/agents/1002/history";
  const id = shallowRef("1001");
  const history = (answers: Answers) => {
    id.value = "1001";
    return mount(() => h(AgentHistory, { id: id.value }), { me: CAROL, answers });
  };
  const FREE = { status: "online", reason: null, since: "2026-11-29T13:00:00.000Z", cause: "request" };

  it("are continued by the stream", async () => {
    const { agentIs } = await history({ [HISTORY]: () => page(FREE) });
    await shown(() => cells(0)).toEqual(["Free"]);
    agentIs(agent({ status: "away", reason: "lunch", since: "2026-11-29T14:00:00.000Z" }));
    await shown(() => cells(0)).toEqual(["Away, lunch", "Free"]);
    expect(cells(2)).toEqual(["10:00", "1:00:00"]);
  });

  it("keep what the stream has told while they were read, once", async () => {
    const answer = later();
    const { agentIs } = await history({ [HISTORY]: () => answer.answer });
    const lunch = agent({ status: "away", reason: "lunch", since: "2026-11-29T14:00:00.000Z" });
    agentIs(agent({ since: FREE.since }));
    agentIs(lunch);
    answer.give(page(FREE));
    await shown(() => cells(0)).toEqual(["Away, lunch", "Free"]);
    agentIs(lunch);
    await settled();
    expect(cells(0)).toEqual(["Away, lunch", "Free"]);
  });

  it("are never those of another agent, however late they come", async () => {
    const first = later();
    await history({ [HISTORY]: () => first.answer, [OTHER]: () => page({ ...FREE, status: "offline" }) });
    id.value = "1002";
    await shown(() => cells(0)).toEqual(["Offline"]);
    first.give(page(FREE));
    await settled();
    expect(cells(0)).toEqual(["Offline"]);
  });

  it("are read again when they could not be", async () => {
    let isBroken = true;
    await history({ [HISTORY]: () => (isBroken ? refused(500, "InternalError", "No.") : page(FREE)) });
    await shown(() => all(".none button").length).toBe(1);
    isBroken = false;
    button("Try again").click();
    await shown(() => cells(0)).toEqual(["Free"]);
  });
});

describe("the calls of an agent today", () => {
  const LOGS = "GET /voiceconfig/calllogs";
  const id = shallowRef("1001");
  const day = (answers: Answers, calls: readonly Call[] = []) => {
    id.value = "1001";
    return mount(() => h(AgentDay, { id: id.value }), { me: CAROL, router: router(), agents: [agent()], calls, answers });
  };
  const whole = (more: object) => ({ ...log(more), legs: [], events: [] });

  it("have each new one when its record is complete, also one that came while they were read", async () => {
    const list = later();
    const { tell, updated } = await day({ [LOGS]: () => list.answer, "GET /voiceconfig/calllogs/call-1": () => whole({ id: "call-1" }), "GET /voiceconfig/calllogs/call-2": () => whole({ id: "call-2", fromName: "Sam Ortiz", startedAt: "2026-11-29T14:06:00.000Z" }) });
    updated(call());
    tell({ type: "calllog.completed", data: { id: "call-1" } });
    await settled();
    list.give(page(log({ id: "old", fromName: "Zoe Brandt", startedAt: "2026-11-29T12:00:00.000Z" })));
    await shown(() => cells(2)).toEqual(["Priya Raman", "Zoe Brandt"]);
    updated(call({ id: "call-2" }));
    tell({ type: "calllog.completed", data: { id: "call-2" } });
    await shown(() => cells(2)).toEqual(["Sam Ortiz", "Priya Raman", "Zoe Brandt"]);
    expect(texts("header span")).toEqual(["3 calls"]);
  });

  it("are never those of another agent, however late they come", async () => {
    const first = later();
    await day({ [LOGS]: ({ query }) => (query["agent"] === "1001" ? first.answer : page(log({ id: "theirs", fromName: "Sam Ortiz" }))) });
    id.value = "1002";
    await shown(() => cells(2)).toEqual(["Sam Ortiz"]);
    first.give(page(log()));
    await settled();
    expect(cells(2)).toEqual(["Sam Ortiz"]);
  });
});
