/** Which events prove that FreeSWITCH has made a bridge of which it has told. */
import { expect, it } from "vitest";
import { recording, type RecordingEntry } from "../support/recordings.js";
import { world } from "./world.js";

const entries = recording("inbound-answer-hangup").flatMap((item) => (item.dir === "event" ? [item] : []));
const at = entries.findIndex(({ event }) => event["Event-Name"] === "CHANNEL_BRIDGE");
const bridge = entries[at]?.event ?? {};
const second = String(bridge["Bridge-B-Unique-ID"]);
const update = entries.slice(at).find(({ event }) => event["Event-Name"] === "CALL_UPDATE" && event["Unique-ID"] === second && event["Channel-State"] === "CS_EXCHANGE_MEDIA");
const updateWith = (headers: Readonly<Record<string, string>>): readonly RecordingEntry[] => (update === undefined ? [] : [{ ...update, event: { ...update.event, ...headers } }]);

function bridged() {
  const { registry, feed } = world();
  feed(entries.slice(0, at + 1));
  const leg = [...registry.index.channels.values()].find(({ uuid }) => uuid === second);
  return { feed, bridge: () => leg?.second };
}

it("what the second leg says of itself in the bridge proves it", () => {
  const { feed, bridge: made } = bridged();
  expect(made()).toBe(Number(bridge["Event-Sequence"]));
  feed(updateWith({}));
  expect(made()).toBe("made");
});

it.each([
  ["was said before, and comes late", { "Event-Sequence": String(Number(bridge["Event-Sequence"]) - 1) }],
  ["the leg says elsewhere", { "Channel-State": "CS_HIBERNATE" }],
])("what %s proves nothing", (_what, headers) => {
  const { feed, bridge: made } = bridged();
  feed(updateWith(headers));
  expect(made()).toBe(Number(bridge["Event-Sequence"]));
});
