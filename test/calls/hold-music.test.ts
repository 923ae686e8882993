import { describe, expect, it } from "vitest";
import { splitAt, world } from "./world.js";

describe("the music that covers a phone's hold", () => {
  /** The events of such a hold, as FreeSWITCH tells of them while the customer and the agent talk. */
  const held = () => {
    const w = world();
    w.feed(splitAt("inbound-answer-hangup", "api show channels")[0]);
    const [call] = w.registry.index.calls.values();
    const customer = call?.customer;
    const agent = customer?.partner;
    if (customer === undefined || agent == null) throw new Error("no two who talk");
    let sequence = 1_000_000;
    const tell = (uuid: string, name: string, more: Readonly<Record<string, string>> = {}): void =>
      w.feed([{ t: 0, dir: "event", event: { "Event-Name": name, "Unique-ID": uuid, "Event-Sequence": String(sequence++), "Event-Date-Timestamp": "1795917335000000", ...more } }]);
    const callState = (state: string): void => tell(agent.uuid, "CHANNEL_CALLSTATE", { "Channel-Call-State": state });
    return {
      customer,
      hold: () => callState("HELD"),
      takeBack: () => callState("ACTIVE"),
      musicBegins: () => tell(customer.uuid, "PLAYBACK_START"),
      musicEnds: () => tell(customer.uuid, "PLAYBACK_STOP"),
      /** The next check finds that the phone holds: the event was lost, or came before this process. */
      holdIsFound: () => w.registry.snapshot("fs", { coreUuid: "core", channels: [customer.columns, { ...agent.columns, callstate: "HELD" }], registrations: [], afterSequence: sequence, reason: "drift" }),
    };
  };

  it.each(["hold", "musicBegins"] as const)("is known whether the hold or the music becomes known first (%s)", (first) => {
    const w = held();
    w[first]();
    w[first === "hold" ? "musicBegins" : "hold"]();
    expect(w.customer.holdMusic).toBe(true);
    w.takeBack();
    expect(w.customer.holdMusic).toBe(true);
    w.musicEnds();
    expect(w.customer.holdMusic).toBe(false);
  });

  it("is known when the hold is found by a later check", () => {
    const w = held();
    w.musicBegins();
    w.holdIsFound();
    expect(w.customer.holdMusic).toBe(true);
  });

  it("is none while no phone holds", () => {
    const w = held();
    w.musicBegins();
    expect(w.customer.holdMusic).toBe(false);
  });
});
