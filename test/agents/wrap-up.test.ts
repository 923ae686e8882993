import { expect, it } from "vitest";
import type { AgentPolicy } from "../../src/agents/index.js";
import { actor, leg, registration, snapshotOf, stage, type Stage } from "./support.js";

const policy = (seconds: number): AgentPolicy => ({ awayReasons: (organizationId) => (organizationId === 1 ? ["lunch"] : []), wrapUpS: (_organizationId, _agentId, department) => (department === "sales" ? seconds : 0) });
const anna = actor("agent", 1, "1001");

async function ready(seconds = 5): Promise<Stage> {
  const world = await stage({ policy: policy(seconds), heartbeatMs: 1_000_000, nameOfUser: (_organization, username) => (username === "1002" ? "Bea" : null) });
  world.feed.snapshot("fs1", snapshotOf([]));
  world.feed.event("fs1", registration("register", "1001"));
  await world.service.setStatus(anna, "1001", { status: "online" });
  return world;
}

function talk({ calls, clock }: Stage, department: string | null): void {
  calls.tell("call.created", "c", 1, [leg("1001", "active")], department);
  clock.advance(1000);
  calls.tell("call.ended", "c", 1, [], department);
}

it("a department's call is followed by its wrap-up, and then by the status before it", async () => {
  const world = await ready();
  talk(world, "sales");
  expect(world.service.get(anna, "1001")).toMatchObject({ status: "away", reason: "wrapUp", until: new Date(world.clock.now() + 5000).toISOString() });
  expect(world.service.idleSince(1, "1001")).toBeNull();
  world.clock.advance(6000);
  expect(world.service.get(anna, "1001")).toMatchObject({ status: "online", reason: null, until: null });
  await world.service.close();
});

it("a wrap-up without limit lasts until she ends it", async () => {
  const world = await ready(-1);
  talk(world, "sales");
  world.clock.advance(600_000);
  expect(world.service.get(anna, "1001")).toMatchObject({ status: "away", reason: "wrapUp", until: null });
  await world.service.setStatus(anna, "1001", { status: "online" });
  expect(world.service.get(anna, "1001").status).toBe("online");
  await world.service.close();
});

it("idle counts from the last call's end, over a while away too, and not while a phone rings", async () => {
  const world = await ready();
  talk(world, null);
  const ended = new Date(world.clock.now());
  world.clock.advance(2000);
  await world.service.setStatus(anna, "1001", { status: "away", reason: "lunch" });
  expect(world.service.idleSince(1, "1001")).toBeNull();
  await world.service.setStatus(anna, "1001", { status: "online" });
  expect(world.service.idleSince(1, "1001")).toEqual(ended);
  world.calls.tell("call.created", "d", 1, [leg("1001", "ringing")]);
  expect(world.service.idleSince(1, "1001")).toBeNull();
  await world.service.close();
});

it("a reason is one of the organization's, and the history says who asked and why", async () => {
  const world = await ready();
  await expect(world.service.setStatus(anna, "1001", { status: "away", reason: "tired" })).rejects.toMatchObject({ code: "InvalidParameter", details: { parameter: "reason" } });
  await world.service.setStatus(actor("supervisor", 1, "1002"), "1001", { status: "away", reason: "lunch" });
  world.service.setAway(1, "1001", "missed");
  const history = await world.service.history(anna, "1001");
  expect(history.slice(0, 2)).toMatchObject([{ status: "away", reason: "missed", cause: "system" }, { status: "away", reason: "lunch", cause: "request:1002" }]);
  await world.service.close();
});

it("away after missed calls is stored at once: after a kill nothing else would tell it", async () => {
  const world = await ready();
  world.service.setAway(1, "1001", "missed");
  expect(world.store.statuses("1001").at(-1)).toBe("away");
  await world.service.close();
});

it("lunch after the wrap-up: the wrap-up shows it, it can be withdrawn, and comes when the time is over", async () => {
  const world = await ready();
  world.calls.tell("call.created", "c", 1, [leg("1001", "active")], "sales");
  await world.service.setStatus(anna, "1001", { status: "away", reason: "lunch" });
  world.calls.tell("call.ended", "c", 1, [], "sales");
  const next = { status: "away", reason: "lunch", after: "wrapUp", by: null, byName: null };
  expect(world.service.get(anna, "1001")).toMatchObject({ status: "away", reason: "wrapUp", next, wrapUp: { callId: "c" } });
  expect(world.service.takesCalls(1, "1001")).toBe(false);
  expect(await world.service.withdrawNext(anna, "1001")).toMatchObject({ status: "away", reason: "wrapUp", next: null });
  await expect(world.service.withdrawNext(anna, "1001")).rejects.toMatchObject({ code: "Conflict" });
  await world.service.setStatus(actor("supervisor", 1, "1002"), "1001", { status: "away", reason: "lunch", after: "wrapUp" });
  expect(world.service.get(anna, "1001").next).toEqual({ ...next, by: "1002", byName: "Bea" });
  world.clock.advance(6000);
  expect(world.service.get(anna, "1001")).toMatchObject({ status: "away", reason: "lunch", next: null, wrapUp: null });
  await world.service.close();
});

it("ends early in the away that waits, also where its reason is the system's own and none of the organization's", async () => {
  const world = await ready();
  talk(world, "sales");
  world.service.setAway(1, "1001", "missed");
  expect(world.service.get(anna, "1001")).toMatchObject({ reason: "wrapUp", next: { status: "away", reason: "missed", by: "system" } });
  await expect(world.service.setStatus(anna, "1001", { status: "online", reason: "missed" })).rejects.toMatchObject({ code: "InvalidParameter" });
  await world.service.setStatus(anna, "1001", { status: "away", reason: "missed" });
  expect(world.service.get(anna, "1001")).toMatchObject({ status: "away", reason: "missed", next: null, wrapUp: null });
  await expect(world.service.setStatus(anna, "1001", { status: "away", reason: "missed" })).rejects.toMatchObject({ code: "InvalidParameter" });
  await world.service.close();
});

it("a request ends the wrap-up at once, unless it is for after it; offline never waits", async () => {
  const world = await ready();
  talk(world, "sales");
  await world.service.setStatus(anna, "1001", { status: "away", reason: "lunch" });
  expect(world.service.get(anna, "1001")).toMatchObject({ status: "away", reason: "lunch", wrapUp: null });
  await expect(world.service.setStatus(anna, "1001", { status: "offline", after: "wrapUp" })).rejects.toMatchObject({ code: "InvalidParameter", details: { parameter: "after" } });
  await world.service.close();
});

it("a wrap-up is lengthened, to fifteen minutes in all, and ends then", async () => {
  const world = await ready();
  await expect(world.service.extendWrapUp(anna, "1001", 30)).rejects.toMatchObject({ code: "Conflict" });
  talk(world, "sales");
  const began = world.clock.now();
  const until = (seconds: number) => new Date(began + seconds * 1000).toISOString();
  expect(await world.service.extendWrapUp(anna, "1001", 30)).toMatchObject({ reason: "wrapUp", until: until(35), wrapUp: { until: until(35) }, since: until(0) });
  world.clock.advance(30_000);
  expect(await world.service.extendWrapUp(anna, "1001", 865)).toMatchObject({ until: until(900) });
  await expect(world.service.extendWrapUp(anna, "1001", 1)).rejects.toMatchObject({ code: "Conflict" });
  world.clock.advance(869_000);
  expect(world.service.get(anna, "1001").reason).toBe("wrapUp");
  world.clock.advance(2000);
  expect(world.service.get(anna, "1001")).toMatchObject({ status: "online", wrapUp: null });
  await world.service.close();
});

it("one without limit has no end that could be moved", async () => {
  const world = await ready(-1);
  talk(world, "sales");
  await expect(world.service.extendWrapUp(anna, "1001", 30)).rejects.toMatchObject({ code: "Conflict" });
  await world.service.close();
});
