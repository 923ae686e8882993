import type { CallView } from "../../../src/calls/types.js";
import type { AgentView } from "../../../src/agents/types.js";
import type { ChaosSwitch } from "../switch.js";
import type { Team } from "../world.js";
import { DEPARTMENTS, type Organization } from "../people.js";
import { bare, unknown, type Invariant, type Problem } from "./types.js";

interface Member {
  readonly extension: string;
  readonly departments: readonly string[];
}

async function waitsInSilence(call: CallView, organization: Organization, { hearsMusic, partyOf }: ChaosSwitch): Promise<boolean> {
  // A colleague who was put aside waits as a customer does.
  const customer = call.legs.find(({ role }) => role === "customer") ?? call.legs.find(({ role }) => role !== "supervisor" && call.legs.length === 1);
  if (customer === undefined || customer.state === "ringing") return false;
  const parties = customer.agent === null ? [`+${bare(customer.number)}`, bare(customer.number)] : [partyOf({ organization, extension: customer.agent })];
  return !(await Promise.all(parties.map((party) => hearsMusic(party)))).includes(true);
}

/** While somebody listened, the caller may have been taken, or have hung up. */
async function isAsBefore({ id, state }: CallView, admin: Team["admin"]): Promise<boolean> {
  const { status, body } = await admin.get(`/voicechannel/calls/${id}`);
  return status !== 404 && (body as Partial<CallView>).state === state;
}

async function stuckIn({ admin, organization }: Team, isWaiting: (call: CallView) => boolean): Promise<readonly Problem[]> {
  const calls = await admin.list<CallView>("/voicechannel/calls");
  const agents = await admin.list<AgentView>("/voicechannel/agents");
  const { status, body } = await admin.get("/voiceconfig/voiceagents?pageSize=100");
  if (calls === null || agents === null || status !== 200) return unknown("the lists of calls and agents");
  const members = new Map((body as { items: Member[] }).items.map(({ extension, departments }) => [extension, departments]));
  const busy = new Set(calls.flatMap((call) => [...call.ringing, ...call.legs.flatMap(({ agent }) => (agent === null ? [] : [agent]))]));
  const free = agents.filter(({ id, status: is, registered }) => is === "online" && registered && !busy.has(id));
  const found: Problem[] = [];
  for (const department of DEPARTMENTS) {
    const waits = calls.find((call) => call.state === "queued" && call.department === department && isWaiting(call));
    const agent = free.find(({ id }) => members.get(id)?.includes(department));
    if (waits !== undefined && agent !== undefined) found.push({ subject: `${department} of ${organization.name}`, expected: "no caller who waits while an agent is free", found: `${waits.id} waits, ${agent.id} is free since ${agent.since}` });
  }
  const offered = calls.filter(({ state }) => state === "queued").flatMap(({ ringing }) => ringing);
  for (const agent of new Set(offered.filter((id, index) => offered.indexOf(id) !== index))) found.push({ subject: `agent ${agent} of ${organization.name}`, expected: "one offer at most", found: JSON.stringify(calls.filter(({ ringing }) => ringing.includes(agent))) });
  for (const call of calls) if ((call.state === "held" || call.state === "parked") && call.assignedTo === null) found.push({ subject: `call ${call.id}`, expected: `an owner of a ${call.state} call`, found: JSON.stringify(call) });
  return found;
}

async function silentIn({ admin, organization }: Team, fs: ChaosSwitch): Promise<readonly Problem[]> {
  const calls = await admin.list<CallView>("/voicechannel/calls");
  if (calls === null) return unknown("the list of calls");
  const aside = calls.filter(({ state }) => state === "held" || state === "parked" || state === "queued");
  const silent = await Promise.all(aside.map(async (call) => ((await waitsInSilence(call, organization, fs)) && (await isAsBefore(call, admin)) ? [call] : [])));
  return silent.flat().map((call) => ({ subject: `customer of call ${call.id}`, expected: `music while the call is ${call.state}`, found: `silence: ${JSON.stringify(call)}` }));
}

/** Nobody is stuck: no caller waits in vain, no agent is in two offers, who is put aside belongs to somebody. */
export const waiting: Invariant = {
  name: "nobody is stuck",
  problems: async ({ teams }) => (await Promise.all(teams.map((team) => stuckIn(team, () => true)))).flat(),
};

/** As `waiting`, where a phone rings longer than a caller may wait in vain: whose offer is under way does not. */
export const waitingUnoffered: Invariant = {
  name: "nobody is stuck",
  problems: async ({ teams }) => (await Promise.all(teams.map((team) => stuckIn(team, ({ ringing }) => ringing.length === 0)))).flat(),
};

/** Who is put aside hears that. */
export const music: Invariant = {
  name: "who waits hears music",
  problems: async ({ teams, fs }) => (await Promise.all(teams.map((team) => silentIn(team, fs)))).flat(),
};
