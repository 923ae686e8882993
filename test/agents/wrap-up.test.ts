import { expect, it } from "vitest";
import type { AgentPolicy } from "../../src/agents/index.js";
import { actor, leg, registration, snapshotOf, stage, type Stage } from "./support.js";

const policy = (seconds: number): AgentPolicy => ({ awayReasons: (organizationId) => (organizationId === 1 ? ["lunch"] : []), wrapUpS: (_organizationId, _agentId, department) => (department === "sales" ? seconds : 0) });
const anna = actor("agent", 1, "1001");

async function ready(seconds = 5): Promise<Stage> {
  const world = await stage({ policy: policy(seconds), heartbeatMs: 1_000_000 });
  world.feed.snapshot("fs1", snapshotOf([]));
  world.feed.event("fs1", registration("register", "1001"));
  await world.service.setStatus(anna, "1001", "online");
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
  await world.service.setStatus(anna, "1001", "online");
  expect(world.service.get(anna, "1001").status).toBe("online");
  await world.service.close();
});

it("idle counts from the last call's end, over a while away too, and not while a phone rings", async () => {
  const world = await ready();
  talk(world, null);
  const ended = new Date(world.clock.now());
  world.clock.advance(2000);
  await world.service.setStatus(anna, "1001", "away", "lunch");
  expect(world.service.idleSince(1, "1001")).toBeNull();
  await world.service.setStatus(anna, "1001", "online");
  expect(world.service.idleSince(1, "1001")).toEqual(ended);
  world.calls.tell("call.created", "d", 1, [leg("1001", "ringing")]);
  expect(world.service.idleSince(1, "1001")).toBeNull();
  await world.service.close();
});

it("a reason is one of the organization's, and the history says who asked and why", async () => {
  const world = await ready();
  await expect(world.service.setStatus(anna, "1001", "away", "tired")).rejects.toMatchObject({ code: "InvalidParameter", details: { parameter: "reason" } });
  await world.service.setStatus(actor("supervisor", 1, "1002"), "1001", "away", "lunch");
  world.service.setAway(1, "1001", "missed");
  const history = await world.service.history(anna, "1001");
  expect(history.slice(0, 2)).toMatchObject([{ status: "away", reason: "missed", cause: "system" }, { status: "away", reason: "lunch", cause: "request:1002" }]);
  await world.service.close();
});
