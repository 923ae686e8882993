/** What the list of agents shows, and that each change of it is told. */
import { expect, it } from "vitest";
import type { AgentPolicy, AgentView } from "../../src/agents/index.js";
import { actor, leg, registration, snapshotOf, stage, type Stage } from "./support.js";

const alice = actor("agent", 1, "1001");
const carol = actor("supervisor", 1, "1002");
const policy: AgentPolicy = { awayReasons: () => [], wrapUpS: () => 60 };

async function opened(): Promise<Stage & { readonly pictured: Map<string, AgentView> }> {
  const world = await stage({ policy, heartbeatMs: 1_000_000 });
  world.feed.snapshot("fs1", snapshotOf([]));
  const pictured = new Map(world.service.list(carol, {}).items.map((agent) => [agent.id, agent]));
  world.service.onChange(({ type, organizationId, agent }) => {
    if (organizationId !== 1) return;
    if (type === "agent.removed") pictured.delete(agent.id);
    else pictured.set(agent.id, agent);
  });
  return { ...world, pictured };
}

it("whoever follows the changes has the list at every moment", async () => {
  const { service, calls, clock, directory, feed, pictured, changes } = await opened();
  const steps: readonly (() => unknown)[] = [
    () => service.setStatus(alice, "1001", { status: "online" }),
    () => feed.event("fs1", registration("register", "1001")),
    () => feed.event("fs1", registration("register", "1001", { callId: "b", contact: "<sip:b@h>" })),
    () => feed.event("fs1", registration("register", "1001")),
    () => feed.event("fs1", registration("register", "1001", { networkPort: "5099" })),
    () => feed.event("fs1", registration("unregister", "1001", { callId: "b", contact: "<sip:b@h>" })),
    () => calls.tell("call.created", "c", 1, [leg("1001", "ringing")], "sales"),
    () => calls.tell("call.updated", "c", 1, [leg("1001", "active")], "sales"),
    () => service.setStatus(carol, "1001", { status: "away", reason: "lunch" }),
    () => calls.tell("call.created", "d", 1, [leg("1001", "ringing")]),
    () => calls.tell("call.updated", "d", 1, [leg("1001", "active")]),
    () => calls.tell("call.ended", "d", 1, []),
    () => service.setStatus(alice, "1001", { status: "online" }),
    () => service.withdrawNext(carol, "1001"),
    () => calls.tell("call.ended", "c", 1, [], "sales"),
    () => service.extendWrapUp(alice, "1001", 30),
    () => service.setStatus(alice, "1001", { status: "away", after: "wrapUp" }),
    () => service.withdrawNext(alice, "1001"),
    () => clock.advance(91_000),
    () => directory.put(1, "1001", { name: "Alice", departments: ["sales"] }),
    () => directory.put(1, "1009", {}),
    () => directory.put(1, "1002", null),
    () => directory.tell(null),
    () => feed.event("fs1", registration("unregister", "1001")),
    () => clock.advance(60_000),
  ];
  for (const [index, step] of steps.entries()) {
    await step();
    expect([...pictured.values()].sort((a, b) => (a.id < b.id ? -1 : 1)), `after step ${index}`).toEqual(service.list(actor("supervisor", 1), {}).items);
  }
  const types = changes.map(({ type, cause }) => `${type} ${cause}`);
  expect(types).toEqual([
    "agent.status request", "agent.registered registration", "agent.registered registration", "agent.updated registration", "agent.unregistered registration", "agent.updated call", "agent.status call", "agent.updated request:1002", "agent.updated call", "agent.updated call", "agent.updated call", "agent.updated request", "agent.updated request:1002",
    "agent.status call", "agent.updated request", "agent.updated request", "agent.updated request", "agent.status system", "agent.updated directory", "agent.created directory", "agent.removed directory", "agent.unregistered registration", "agent.status registration",
  ]);
  await service.close();
});

it("shows who asked for the status that follows a call, which call rings, and which one the wrap-up follows", async () => {
  const { service, calls, clock } = await opened();
  await service.setStatus(alice, "1001", { status: "online" });
  calls.tell("call.created", "c", 1, [leg("1001", "active")], "sales");
  calls.tell("call.created", "d", 1, [leg("1001", "ringing")]);
  expect(service.get(alice, "1001")).toMatchObject({ name: "1001", departments: [], calls: ["c", "d"], ringing: ["d"], next: null, wrapUp: null });
  await service.setStatus(carol, "1001", { status: "away", reason: "lunch" });
  expect(service.get(alice, "1001")).toMatchObject({ status: "inCall", next: { status: "away", reason: "lunch", by: "1002" } });
  await service.setStatus(alice, "1001", { status: "online" });
  expect(service.get(alice, "1001").next).toEqual({ status: "online", reason: null, after: "wrapUp", by: null, byName: null });
  calls.tell("call.ended", "d", 1, []);
  calls.tell("call.ended", "c", 1, [], "sales");
  const until = new Date(clock.now() + 60_000).toISOString();
  expect(service.get(alice, "1001")).toMatchObject({ status: "away", reason: "wrapUp", until, next: { status: "online", by: null }, wrapUp: { callId: "c", until }, ringing: [] });
  await service.close();
});
