/** Whose a phone's own call is: by what FreeSWITCH authenticated, never by what the phone wrote (DESIGN decision 11). */
import { describe, expect, it } from "vitest";
import { provenPresence } from "../../src/calls/proven-presence.js";
import { Registry } from "../../src/calls/registry.js";
import { decodeChannelState } from "../../src/calls/channel-state.js";
import { domainName, extension, type ChannelEvent } from "../../src/freeswitch/index.js";
import { parseChannels } from "../../src/freeswitch/snapshot.js";
import type { Directory, Organization } from "../../src/people/index.js";

const organization = (id: number, name: string): Organization => ({ id, name, domain: domainName(`${name}.test`, "domain"), dialString: "sofia/gateway/trunk/{number}", callerId: null, allowedPrefixes: [], supervisionVisible: false });
const ORGANIZATIONS = [organization(1, "acme"), organization(2, "globex")];
const agentOf = (org: number, id: string): ReturnType<Directory["agent"]> => (["1001", "1002", "2001"].includes(id) ? { agentId: id, organizationId: org, extension: extension(id, "extension"), name: id, departments: [] } : undefined);
const directory: Directory = {
  organizations: () => ORGANIZATIONS,
  organization: (id) => ORGANIZATIONS.find((each) => each.id === id),
  organizationByName: (name) => ORGANIZATIONS.find((each) => each.name === name),
  organizationByDomain: (domain) => ORGANIZATIONS.find((each) => String(each.domain) === domain),
  agent: agentOf,
  agentByExtension: agentOf,
  agents: () => [],
  hasDepartment: () => false,
  departments: () => [],
  servesDepartment: () => true,
  supervises: () => false,
  onChange: () => () => undefined,
};

const UUID = "055c01ce-8246-4277-bf07-a673dfd1274c";
interface Said {
  readonly presence?: string;
  readonly org?: string;
  readonly user?: string;
  readonly domain?: string;
  readonly from?: string;
}

function world() {
  const refused: string[] = [];
  const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const registry = new Registry({ directory, logger: quiet, metrics: { incident: (kind) => void refused.push(kind) } });
  return { registry, refused };
}

function event(name: ChannelEvent["name"], said: Said, sequence: number): ChannelEvent {
  const none = { answerState: "ringing", otherLeg: "", otherType: "", bridgeA: "", bridgeB: "", hangupCause: "", application: "", applicationData: "", applicationUuid: "", applicationResponse: "", mediaBug: "", recordPath: "", digit: "", digitDuration: 0, queueVariable: "", attributesVariable: "", attributes: null, priorityVariable: "", programVariable: "", parkLimit: "", stayVariable: "", listens: null, sipCallId: "", hangupDisposition: "", sipStatus: 0, recordedVariable: "", asked: null, answeredUs: 0, hangupUs: 0 };
  const row = { uuid: UUID, direction: "inbound", name: "sofia/internal/x", callstate: "RINGING", dest: "1002", cid_num: "1001", presence_id: said.presence ?? "" };
  const [uuid] = [row.uuid].filter((each): each is ChannelEvent["uuid"] => each === UUID);
  if (uuid === undefined) throw new Error("no uuid");
  return { kind: "channel", name, uuid, coreUuid: "c", sequence, timestampUs: 1_000_000, row, ...none, orgVariable: said.org ?? "", domainVariable: said.domain ?? "", userVariable: said.user ?? "", fromVariable: said.from ?? "" };
}

/** A phone calls FreeSWITCH, which says this of it. */
function called(...saying: readonly Said[]) {
  const { registry } = world();
  saying.forEach((said, position) => registry.channelEvent("fs", event(position === 0 ? "CHANNEL_CREATE" : "CHANNEL_CALLSTATE", said, position + 1)));
  const channel = registry.channel(UUID);
  return { organization: channel?.organizationId, agent: channel?.agentId, role: channel?.role, owner: channel?.call?.owner };
}

const AUTHENTICATED = { user: "1001", domain: "acme.test" };

describe("a phone's own call", () => {
  it("is its organization's and its agent's when the directory sets them, whatever From says", () => {
    expect(called({ ...AUTHENTICATED, org: "acme", presence: "1001@acme.test", from: "2001@globex.test" })).toEqual({ organization: 1, agent: "1001", role: "agent", owner: "1001" });
  });

  it("is the agent's whom From names only when FreeSWITCH authenticated that very user", () => {
    const managed = (from: string): Said => ({ ...AUTHENTICATED, presence: from, from: `${from}:5062` });
    expect(called(managed("1001@acme.test"))).toMatchObject({ organization: 1, agent: "1001", owner: "1001" });
    expect(called(managed("1002@acme.test"))).toMatchObject({ organization: 1, agent: null, owner: null });
    expect(called(managed("2001@globex.test"))).toMatchObject({ organization: 1, agent: null, owner: null });
  });

  it("is nobody's when FreeSWITCH authenticated nobody", () => {
    expect(called({ presence: "2001@globex.test", from: "2001@globex.test" })).toMatchObject({ organization: null, agent: null, owner: null });
  });

  it("is its organization's by callplane_org before the presence id", () => {
    expect(called({ user: "2001", domain: "globex.test", org: "acme", presence: "2001@globex.test" })).toMatchObject({ organization: 1, agent: null });
  });

  it("is the agent's as soon as a later event proves it", () => {
    expect(called({ presence: "1001@acme.test" }, { ...AUTHENTICATED, org: "acme", presence: "1001@acme.test" })).toEqual({ organization: 1, agent: "1001", role: "agent", owner: "1001" });
  });
});

describe("a phone's own call that is found in the rows", () => {
  const found = (presence: string, state: string) => {
    const { registry } = world();
    const asked: string[] = [];
    registry.onUnclear = (channels) => asked.push(...channels.map((channel) => channel.uuid));
    const [row] = parseChannels(JSON.stringify({ row_count: 1, rows: [{ uuid: UUID, direction: "inbound", state: "CS_EXECUTE", callstate: "ACTIVE", application: "bridge", presence_id: presence, presence_data: state, call_uuid: UUID, created_epoch: "1000" }] }));
    if (row === undefined) throw new Error("no row");
    registry.snapshot("fs", { coreUuid: "c", channels: [row], registrations: [], afterSequence: 0, reason: "connect" });
    return { registry, asked };
  };

  it("is nobody's until FreeSWITCH is asked whom it authenticated", () => {
    const { registry, asked } = found("1001@acme.test", "");
    expect(registry.channel(UUID)).toMatchObject({ organizationId: null, agentId: null });
    expect(asked).toEqual([UUID]);
    const channel = registry.channel(UUID);
    if (channel === undefined) throw new Error("no channel");
    registry.clarify(channel, { variables: { orgVariable: "", domainVariable: "acme.test", userVariable: "1001", fromVariable: "1001@acme.test" }, queue: "", partner: "", presenceData: "", fresh: true, answered: true, answeredUs: 0, application: "bridge", playing: false });
    expect(registry.channel(UUID)).toMatchObject({ organizationId: 1, agentId: "1001" });
  });

  it("is whose our own state says that it is", () => {
    const state = JSON.stringify({ v: 1, c: UUID, o: 1, a: "1001", r: "agent", d: "outbound" });
    expect(decodeChannelState(state)).toBeDefined();
    expect(found("1001@acme.test", state).registry.channel(UUID)).toMatchObject({ organizationId: 1, agentId: "1001" });
  });
});

describe("the presence id of a leg", () => {
  it("counts on a leg that FreeSWITCH calls", () => {
    expect(provenPresence({ direction: "outbound", presenceId: "1001@acme.test", user: "", domain: "", from: "" })).toBe("1001@acme.test");
  });

  it("counts when the directory sets another one than From says", () => {
    expect(provenPresence({ direction: "inbound", presenceId: "1001@acme.test", user: "alice", domain: "acme.test", from: "alice@acme.test" })).toBe("1001@acme.test");
  });
});
