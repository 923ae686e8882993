/** No agent is stuck: in a call without a leg, or offered for ever. */
import type { AgentView } from "../../src/agents/types.js";
import type { CallView } from "../../src/calls/types.js";
import { unknown, type Invariant, type Problem } from "../chaos/invariants/types.js";
import type { Team } from "../chaos/world.js";

async function ofTeam({ admin }: Team): Promise<readonly Problem[]> {
  const [agents, calls] = await Promise.all([admin.list<AgentView>("/voicechannel/agents"), admin.list<CallView>("/voicechannel/calls")]);
  if (agents === null || calls === null) return unknown("the lists of agents and calls");
  const found: Problem[] = [];
  for (const { id, status, since } of agents) {
    const has = calls.some((call) => call.ringing.includes(id) || call.assignedTo === id || call.legs.some(({ agent }) => agent === id) || call.supervision.some(({ agent }) => agent === id));
    // Whose phone was lost is in the call that waits for it, and no list says so while another agent owns that call.
    const isAwaited = calls.some((call) => call.heldBy === "lostPhone" && call.assignedTo !== id);
    if (status === "inCall" && !has && !isAwaited) found.push({ subject: `agent ${id}`, expected: "a call of an agent who is in one", found: `inCall since ${since}` });
  }
  return found;
}

export const agents: Invariant = {
  name: "no agent is in a call without a leg",
  problems: async ({ teams }) => (await Promise.all(teams.map(ofTeam))).flat(),
};

/** One problem for each agent to whom a waiting caller is offered: what lasts longer than an offer is one. Who calls an agent directly may let it ring for longer. */
export const rings: Invariant = {
  name: "no agent is offered for ever",
  async problems({ teams }) {
    const calls = (await Promise.all(teams.map(({ admin }) => admin.list<CallView>("/voicechannel/calls")))).flatMap((list) => list ?? []).filter(({ state }) => state === "queued");
    return calls.flatMap(({ id, ringing, state }) => ringing.map((agent) => ({ subject: `agent ${agent} by call ${id}`, expected: "an end of the offer", found: `a ${state} call` })));
  },
};
