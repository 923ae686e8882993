import { expect, it } from "vitest";
import { encodeAttributes } from "../../src/calls/attributes.js";
import { encodeChannelState } from "../../src/calls/channel-state.js";
import type { ChannelFindings } from "../../src/calls/findings.js";
import { NO_OWNER_VARIABLES } from "../../src/calls/identity.js";
import type { Channel } from "../../src/calls/channel.js";
import { rowsOf, world, type World } from "./world.js";

const FINDINGS: ChannelFindings = { variables: NO_OWNER_VARIABLES, queue: "", partner: "", presenceData: "", fresh: true, answered: true, answeredUs: 0, application: "bridge", playing: false };

interface Joined {
  readonly w: World;
  readonly customer: Channel;
  readonly agent: Channel;
}

/** Two calls that were found after a restart, with attributes to be read, and are joined before that; of one of them they may be known. */
function joined(readBefore: Readonly<Record<string, string>> | null): Joined {
  const w = world();
  const rows = rowsOf("inbound-answer-hangup").map((row) => ({ ...row, call_uuid: row.uuid, application: "park", application_data: "", callstate: "ACTIVE", presence_data: encodeChannelState({ v: 1, c: row.uuid, p: 1, B: 1 }) }));
  w.registry.snapshot("fs", { coreUuid: "c", channels: rows, registrations: [], afterSequence: 0, reason: "connect" });
  const [customer, agent] = ["inbound", "outbound"].map((direction) => [...w.registry.index.channels.values()].find(({ columns }) => columns.direction === direction));
  if (customer === undefined || agent === undefined) throw new Error("no legs");
  expect(w.registry.index.calls.size).toBe(2);
  if (readBefore !== null) tells({ w, customer, agent }, customer, readBefore);
  w.registry.clarify(agent, { ...FINDINGS, partner: customer.uuid });
  expect(w.registry.index.calls.size).toBe(1);
  return { w, customer, agent };
}

function tells({ w }: Joined, leg: Channel, attributes: Readonly<Record<string, string>>): void {
  w.registry.clarify(leg, { ...FINDINGS, partner: leg.partner?.uuid ?? "", application: leg.partner === null ? "park" : "bridge", attributes: { written: encodeAttributes(attributes), set: null } });
}

it("attributes that a joined call was still to tell are read after the join, whichever call keeps its id", () => {
  const one = joined({ ticket: "4711" });
  expect(one.customer.call?.attributesDue).toBe(true);
  // What is known of the other call is no news.
  tells(one, one.customer, { ticket: "4711" });
  expect(one.customer.call?.attributesDue).toBe(true);
  tells(one, one.agent, { ticket: "1", language: "de" });
  expect(one.customer.call).toMatchObject({ attributesDue: false, attributes: { ticket: "4711", language: "de" } });

  const both = joined(null);
  tells(both, both.agent, { language: "de" });
  expect(both.customer.call?.attributesDue).toBe(true);
  tells(both, both.customer, { ticket: "4711" });
  expect(both.customer.call).toMatchObject({ attributesDue: false, attributes: { ticket: "4711", language: "de" } });
});

it("nobody waits for the attributes of a joined call whose legs have all ended", () => {
  const { w, customer, agent } = joined({ ticket: "4711" });
  w.registry.gone(agent);
  expect(customer.call).toMatchObject({ attributesDue: false, attributes: { ticket: "4711" } });
});
