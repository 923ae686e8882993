/** FreeSWITCH bridges a leg that is heard before it answers (183), as when the network says that a number is not in use. */
import { expect, it } from "vitest";
import { recording, type RecordingEntry } from "../support/recordings.js";
import { world } from "./world.js";

const RECORDING = "originate-agent-first";

const isEvent = (item: RecordingEntry, name: string, leg: string): boolean => item.dir === "event" && item.event["Event-Name"] === name && String(item.event["Unique-ID"]).startsWith(leg);

it("a call whose far end is heard before it answers rings until it does", () => {
  const entries = recording(RECORDING);
  const [agent, far] = ["aaaaaa", "003b16"];
  const answer = entries.findIndex((item) => isEvent(item, "CHANNEL_ANSWER", far));
  const bridge = entries.filter((item) => isEvent(item, "CHANNEL_BRIDGE", agent));
  expect([answer > 0, bridge.length]).toEqual([true, 1]);
  const w = world();
  w.feed([...entries.slice(0, answer), ...bridge]);
  const [call] = w.registry.index.calls.values();
  expect(call).toMatchObject({ state: "ringing", answeredAt: null, owner: "1001" });
  expect(call?.legs.every(({ partner }) => partner !== null)).toBe(true);
  w.feed(entries.slice(answer, answer + 1));
  const stamp = entries[answer];
  expect(call).toMatchObject({ state: "active", owner: "1001" });
  expect(call?.answeredAt?.getTime()).toBe(stamp?.dir === "event" ? Math.floor(Number(stamp.event["Caller-Channel-Answered-Time"]) / 1000) : 0);
});
