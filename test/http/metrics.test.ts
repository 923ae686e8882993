import { expect, test } from "vitest";
import { createMetrics } from "../../src/prometheus.js";

/** The value of a sample, null when there is none. */
const sample = (text: string, name: string): number | null => {
  const line = text.split("\n").find((candidate) => candidate.startsWith(`${name} `));
  return line === undefined ? null : Number(line.slice(name.length + 1));
};

test("events are counted by node and name, with their lag", async () => {
  const metrics = createMetrics();
  metrics.eventReceived("fs1", "CHANNEL_HOLD", 20);
  metrics.eventReceived("fs1", "CHANNEL_HOLD", -5);
  const text = await metrics.render();
  expect(sample(text, 'callplane_events_total{node="fs1",name="CHANNEL_HOLD"}')).toBe(2);
  expect(sample(text, 'callplane_event_lag_seconds_count{node="fs1"}')).toBe(2);
  expect(sample(text, 'callplane_event_lag_seconds_sum{node="fs1"}')).toBeCloseTo(0.02);
});

test("commands are timed by kind and outcome", async () => {
  const metrics = createMetrics();
  metrics.commandFinished("fs1", "uuid_hold", "ok", 0.004);
  metrics.commandFinished("fs1", "uuid_hold", "timeout", 3);
  const text = await metrics.render();
  expect(sample(text, 'callplane_command_duration_seconds_bucket{le="0.005",node="fs1",kind="uuid_hold",outcome="ok"}')).toBe(1);
  expect(sample(text, 'callplane_command_duration_seconds_count{node="fs1",kind="uuid_hold",outcome="timeout"}')).toBe(1);
});

test("reconnects, incidents and requests are counted", async () => {
  const metrics = createMetrics();
  metrics.reconnected("fs1");
  metrics.incident("drift", 3);
  metrics.requestFinished("holdCall", 200, 0.01);
  const text = await metrics.render();
  expect(sample(text, 'callplane_reconnects_total{node="fs1"}')).toBe(1);
  expect(sample(text, 'callplane_incidents_total{kind="drift"}')).toBe(3);
  expect(sample(text, 'callplane_http_request_duration_seconds_count{operation="holdCall",status="200"}')).toBe(1);
});

test("channels and calls are asked for at each scrape, and what is gone is not told any more", async () => {
  const metrics = createMetrics();
  let channels: [string, number][] = [["fs1", 4], ["fs2", 1]];
  metrics.observe({ channels: () => channels, calls: () => [["active", 2]], pendingStateWrites: () => 3 });
  expect(sample(await metrics.render(), 'callplane_channels{node="fs2"}')).toBe(1);
  channels = [["fs1", 5]];
  const text = await metrics.render();
  expect([sample(text, 'callplane_channels{node="fs1"}'), sample(text, 'callplane_channels{node="fs2"}'), sample(text, 'callplane_calls{state="active"}')]).toEqual([5, null, 2]);
  expect(sample(text, "callplane_state_writes_pending")).toBe(3);
});

test("consoles, those that were dropped and how late they were told are asked for at each scrape", async () => {
  const metrics = createMetrics();
  let readers = 1000;
  metrics.observeConsoles(() => ({ readers, events: 7, dropped: { slow: 2, unauthorized: 1 } }));
  metrics.consolesTold(20);
  const text = await metrics.render();
  expect([sample(text, "callplane_consoles"), sample(text, "callplane_console_events_total"), sample(text, 'callplane_consoles_dropped_total{reason="slow"}'), sample(text, 'callplane_console_delay_seconds_bucket{le="0.025"}'), sample(text, 'callplane_console_delay_seconds_bucket{le="0.01"}')]).toEqual([1000, 7, 2, 1, 0]);
  readers = 3;
  expect(sample(await metrics.render(), "callplane_consoles")).toBe(3);
});

test("two instances share nothing, and every name is callplane_*", async () => {
  createMetrics().reconnected("fs1");
  const metrics = createMetrics({ processMetrics: true });
  const text = await metrics.render();
  expect(sample(text, 'callplane_reconnects_total{node="fs1"}')).toBeNull();
  const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(10);
  expect(names.filter((name) => !name?.startsWith("callplane_"))).toEqual([]);
});

test("a node that is followed no more leaves no series behind, and another one keeps its own", async () => {
  const metrics = createMetrics();
  for (const node of ["fs1", "fs2"]) {
    metrics.eventReceived(node, "CHANNEL_HOLD", 20);
    metrics.commandFinished(node, "uuid_hold", "ok", 0.004);
    metrics.commandFinished(node, "originate", "refused", 0.004);
    metrics.reconnected(node);
    metrics.registrationFailed(node);
  }
  metrics.nodeRemoved("fs1");
  await expect.poll(async () => (await metrics.render()).includes('node="fs1"')).toBe(false);
  const text = await metrics.render();
  expect(text.match(/_(?:total|count)\{[^}]*node="fs2"[^}]*\}/g)).toHaveLength(6);
});
