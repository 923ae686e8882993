import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Questions } from "../../src/calls/questions.js";
import { CallplaneError, switchUnavailable } from "../../src/errors.js";
import type { SwitchCommand, SwitchNode } from "../../src/freeswitch/index.js";
import { silentLogger } from "../store/support.js";
import { splitAt, world } from "./world.js";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

/** Parts two who talk, and asks about the agent's leg, which FreeSWITCH says hears music. `meanwhile` happens before each answer, and may refuse it. */
function asking(meanwhile: (question: number, leg: { lastSequence: number }) => void) {
  const w = world();
  w.feed(splitAt("inbound-answer-hangup", "api show channels")[0]);
  const [call] = w.registry.index.calls.values();
  const leg = call?.legs.find(({ agentId }) => agentId !== null);
  if (leg === undefined) throw new Error("nobody talks");
  Object.assign(leg, { partner: null });
  let asked = 0;
  const part: Pick<SwitchNode, "api"> = {
    api: async ({ kind }: SwitchCommand) => {
      expect(kind).toBe("uuid_dump");
      meanwhile(++asked, leg);
      return JSON.stringify({ "Answer-State": "answered", variable_current_application: "playback" });
    },
  };
  const node = part as SwitchNode;
  const questions = new Questions({ registry: w.registry, nodes: { get: () => node, all: () => [node] }, logger: silentLogger() }, () => undefined);
  questions.clarify([leg], "unclear");
  return { leg, questions, asked: () => asked, drifts: () => w.incidents["registry_drift"] ?? 0, later: () => vi.advanceTimersByTimeAsync(1000) };
}

it("are asked again when events outran each answer, since none of them may tell what the leg does", async () => {
  const { leg, questions, later } = asking((question, asked) => {
    if (question < 8) asked.lastSequence++;
  });
  await later();
  expect(leg.parked).toBe(true);
  questions.close();
});

it("are asked again when a busy FreeSWITCH did not answer in time", async () => {
  const { leg, questions, later } = asking((question) => {
    if (question === 1) throw new CallplaneError("Timeout", "FreeSWITCH did not answer in time.");
  });
  await later();
  expect(leg.parked).toBe(true);
  questions.close();
});

it("wait for the next connect while FreeSWITCH is away, and end with the process", async () => {
  const away = asking(() => {
    throw switchUnavailable("fs");
  });
  const outrun = asking((_question, asked) => void asked.lastSequence++);
  await vi.advanceTimersByTimeAsync(0);
  outrun.questions.close();
  const before = [away.asked(), outrun.asked()];
  await away.later();
  expect([away.asked(), outrun.asked()]).toEqual(before);
  away.questions.close();
});

it("are asked less and less often while the answers cannot be understood", async () => {
  const { questions, asked } = asking(() => {
    throw new SyntaxError("This is no JSON.");
  });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked()).toBeGreaterThan(3);
  expect(asked()).toBeLessThan(10);
  questions.close();
});

it("that were open since the connect correct no drift when they are answered late", async () => {
  const { drifts, leg, questions, later } = asking((question, asked) => {
    if (question < 8) asked.lastSequence++;
  });
  await later();
  expect(leg.parked).toBe(true);
  expect(drifts()).toBe(0);
  questions.close();
});
