import { describe, expect, it } from "vitest";
import type { NodeState, SwitchNode } from "../../src/freeswitch/index.js";
import { Phones, type AgentPhoneChange } from "../../src/phones/index.js";
import { preferredNode } from "../../src/phones/preferred-node.js";
import { MemoryDirectory, organizationOf, registration, registrationRow, silentLogger, snapshotOf } from "../agents/support.js";
import { ManualClock } from "../support/manual-clock.js";

/** Of something large, the part that is used here. */
const fake = <T>(part: object): T => part as T;
const at = (user: string): { user: string; domain: string } => ({ user, domain: "one.example" });

function world(...names: readonly string[]) {
  const states = new Map<string, NodeState>(names.map((name) => [name, "connecting"]));
  const node = (name: string): SwitchNode => fake({ name, status: () => ({ name, state: states.get(name) }) });
  const clock = new ManualClock();
  const directory = new MemoryDirectory([organizationOf(1, "one.example")], [{ org: 1, id: "1001" }, { org: 1, id: "anna", extension: "1002" }]);
  const phones = new Phones({ nodes: { all: () => names.map(node), get: node, isReady: (name) => states.get(name) === "ready" }, directory, logger: silentLogger, clock });
  const changes: AgentPhoneChange[] = [];
  phones.onChange((change) => changes.push(change));
  const become = (name: string, state: NodeState): void => {
    states.set(name, state);
    phones.sink.status(name, { name, state, error: null, since: new Date(0), epoch: 1, version: "", coreUuid: "", stale: state !== "ready", holdMusic: "" });
  };
  return {
    phones, clock, changes, become,
    /** Connected, with these phones. */
    ready: (name: string, ...users: readonly string[]): void => {
      phones.sink.snapshot(name, snapshotOf(users.map((user) => registrationRow(user))));
      become(name, "ready");
    },
    register: (name: string, action: "register" | "unregister", user: string): void => phones.sink.event(name, registration(action, user)),
    told: (): string[] => changes.splice(0).map(({ type, agent: { agentId }, left }) => `${type} ${agentId} ${left}`),
  };
}

const refused = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe("the node for a phone", () => {
  it("is where it is registered, an agent's or not", () => {
    const { phones, ready } = world("fs1", "fs2");
    ready("fs1", "1001");
    ready("fs2", "777");
    expect([phones.nodeFor(at("1001")).name, phones.nodeFor(at("777")).name]).toEqual(["fs1", "fs2"]);
    expect(phones.nodesOf(1, "1001")).toEqual(["fs1"]);
    expect([phones.nodesOf(1, "anna"), phones.nodesOf(1, "nobody"), phones.nodesOf(2, "1001")]).toEqual([[], [], []]);
  });

  it("is always the same of several, and each of them for some phones", () => {
    const { phones, ready } = world("fs1", "fs2", "fs3");
    const users = Array.from({ length: 90 }, (_, index) => String(2000 + index));
    for (const name of ["fs1", "fs2", "fs3"]) ready(name, ...users);
    const chosen = users.map((user) => phones.nodeFor(at(user)).name);
    expect(users.map((user) => phones.nodeFor(at(user)).name)).toEqual(chosen);
    for (const name of ["fs1", "fs2", "fs3"]) expect(chosen.filter((each) => each === name).length).toBeGreaterThan(15);
  });

  it("stays, when another node goes, for the phones that it had", () => {
    const names = ["fs1", "fs2", "fs3"];
    const users = Array.from({ length: 90 }, (_, index) => `${2000 + index}@one.example`);
    for (const user of users) {
      const before = preferredNode(names, user);
      if (before !== "fs2") expect(preferredNode(["fs1", "fs3"], user)).toBe(before);
    }
  });

  it("is one of the other phone's too; where there is none the refusal says where the two are", () => {
    const { phones, ready } = world("fs1", "fs2", "fs3");
    ready("fs1", "1001");
    ready("fs2", "1001", "1002");
    ready("fs3", "777");
    expect(phones.nodeFor(at("1001"), at("1002")).name).toBe("fs2");
    expect(refused(() => phones.nodeFor(at("1001"), at("777")))).toMatchObject({ code: "USER_NOT_REGISTERED", status: 409, message: "The phone of 777 is registered at fs3 and that of 1001 at fs1 and fs2: they cannot be joined." });
    // FreeSWITCH says whether there is such a user at all.
    expect(["fs1", "fs2"]).toContain(phones.nodeFor(at("1001"), at("nobody")).name);
  });

  it("is nowhere for a phone that is registered nowhere, and away for one whose node is", () => {
    const { phones, ready, become } = world("fs1", "fs2");
    ready("fs1");
    ready("fs2", "1001");
    expect(refused(() => phones.nodeFor(at("1002")))).toMatchObject({ code: "USER_NOT_REGISTERED", message: "1002 has no registered phone." });
    become("fs2", "down");
    expect(refused(() => phones.nodeFor(at("1001")))).toMatchObject({ code: "SwitchUnavailable", status: 503 });
    expect(refused(() => phones.nodeFor(at("1002")))).toMatchObject({ code: "USER_NOT_REGISTERED" });
    become("fs1", "down");
    expect(refused(() => phones.nodeFor(at("1002")))).toMatchObject({ code: "SwitchUnavailable" });
  });

  it("is not known, rather than none, until every node has told its registrations", () => {
    const { phones, ready, become } = world("fs1", "fs2");
    ready("fs1");
    expect(refused(() => phones.nodeFor(at("1001")))).toMatchObject({ code: "SwitchUnavailable" });
    ready("fs2");
    expect(refused(() => phones.nodeFor(at("1001")))).toMatchObject({ code: "USER_NOT_REGISTERED" });
    become("fs2", "reconciling");
    expect(refused(() => phones.nodeFor(at("1001")))).toMatchObject({ code: "SwitchUnavailable" });
  });
});

describe("the agents' phones", () => {
  it("are told of when they come and go, and when other nodes reach them", () => {
    const { ready, become, register, told } = world("fs1", "fs2");
    ready("fs1", "1001", "777");
    expect(told()).toEqual(["added 1001 1", "reach 1001 1"]);
    register("fs2", "register", "1002");
    register("fs1", "unregister", "1001");
    expect(told()).toEqual(["added anna 1", "removed 1001 0"]);
    become("fs2", "down");
    expect(told()).toEqual(["reach anna 1"]);
  });

  it("that FreeSWITCH does not know are reached no more until they register anew, whatever its list says", () => {
    const { phones, ready, register, told } = world("fs1", "fs2");
    ready("fs1", "1001");
    ready("fs2", "1001");
    told();
    phones.deny("fs1", 1, "1001");
    expect([told(), phones.nodesOf(1, "1001"), phones.nodeFor(at("1001")).name]).toEqual([["reach 1001 2"], ["fs2"], "fs2"]);
    ready("fs1", "1001");
    expect(phones.nodesOf(1, "1001")).toEqual(["fs2"]);
    // A person who asks for it has FreeSWITCH itself say it.
    phones.deny("fs2", 1, "1001");
    expect(phones.nodesOf(1, "1001")).toEqual([]);
    expect(["fs1", "fs2"]).toContain(phones.nodeFor(at("1001")).name);
    told();
    register("fs1", "register", "1001");
    expect([told(), phones.nodesOf(1, "1001")]).toEqual([["reach 1001 2"], ["fs1"]]);
  });

  it("end without a word where a node would have told of a refresh", () => {
    const { phones, clock, ready, register, become } = world("fs1");
    ready("fs1");
    register("fs1", "register", "1001");
    become("fs1", "down");
    clock.advance(3_600_000);
    expect(phones.at(at("1001"))).toHaveLength(1);
    become("fs1", "ready");
    clock.advance(15_000);
    expect(phones.at(at("1001"))).toHaveLength(0);
  });

  it("of a node that is followed no more are forgotten, and not lost", () => {
    const { phones, ready, told } = world("fs1", "fs2");
    ready("fs1", "1001", "1002");
    ready("fs2", "1001");
    told();
    phones.sink.removed("fs1");
    expect([told(), phones.nodesOf(1, "1001"), phones.nodesOf(1, "anna")]).toEqual([["reach 1001 1", "reach anna 0"], ["fs2"], []]);
    ready("fs1", "1002");
    expect(told()).toEqual(["added anna 1", "reach anna 1"]);
  });

  it("are let go of when it is closed", () => {
    const { phones, clock, ready, told } = world("fs1");
    phones.close();
    phones.close();
    ready("fs1", "1001");
    expect([told(), clock.timers]).toEqual([[], 0]);
  });
});
