import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { SilentPhones } from "../../src/calls/silent-phones.js";
import { switchUnavailable } from "../../src/errors.js";
import type { SwitchCommand, SwitchNode } from "../../src/freeswitch/index.js";
import { silentLogger } from "../store/support.js";
import { splitAt, world } from "./world.js";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

it("tells FreeSWITCH again what it was told in vain, while it was away", async () => {
  const { feed, registry } = world();
  feed(splitAt("inbound-answer-hangup", "api show channels")[0]);
  const [call] = registry.index.calls.values();
  const agent = call?.legs.find(({ agentId }) => agentId !== null);
  if (call === undefined || agent === undefined) throw new Error("nobody talks");
  let away = true;
  const told: string[] = [];
  const part: Pick<SwitchNode, "api"> = {
    api: async ({ line }: SwitchCommand) => {
      if (away) throw switchUnavailable("fs");
      told.push(line);
      return "+OK\n";
    },
  };
  const node = part as SwitchNode;
  const phones = new SilentPhones({ nodes: { get: () => node, all: () => [node] }, logger: silentLogger() });
  phones.look(call);
  await vi.advanceTimersByTimeAsync(5000);
  away = false;
  // The node is back, and its calls are checked again.
  phones.look(call);
  await vi.advanceTimersByTimeAsync(5000);
  const wanted = [`uuid_setvar ${agent.uuid} execute_on_media_timeout transfer -bleg park inline`, `uuid_setvar ${agent.uuid} execute_on_media_timeout_end hangup MEDIA_TIMEOUT`];
  expect(told).toEqual(wanted);
  phones.look(call);
  await vi.advanceTimersByTimeAsync(5000);
  expect(told).toEqual(wanted);
  phones.close();
});
