import type { CallView } from "../../../src/calls/types.js";
import type { AgentPicture, Picture } from "../picture.js";
import { unknown, type Invariant, type Problem } from "./types.js";

const byId = <T extends { readonly id: string }>(items: Iterable<T>): ReadonlyMap<string, T> => new Map([...items].map((item) => [item.id, item]));

function differences<T>(what: string, listed: ReadonlyMap<string, T>, pictured: ReadonlyMap<string, T>, shape: (item: T) => unknown): readonly Problem[] {
  return [...new Set([...listed.keys(), ...pictured.keys()])].flatMap((id) => {
    const [expected, found] = [listed.get(id), pictured.get(id)].map((item) => (item === undefined ? "none" : JSON.stringify(shape(item))));
    return expected === found ? [] : [{ subject: `${what} ${id}`, expected: String(expected), found: String(found) }];
  });
}

async function ofPicture({ client, calls, agents }: Picture): Promise<readonly Problem[]> {
  const listed = await client.list<CallView>("/voicechannel/calls");
  if (listed === null) return unknown("the list of calls");
  const who = `${client.organization?.name ?? ""} ${client.name}'s`;
  const callProblems = differences(`${who} call`, byId(listed), calls, (call) => call);
  if (client.organization?.agents.some((agent) => client.name.includes(agent)) === true) return callProblems;
  const everybody = await client.list<AgentPicture>("/voicechannel/agents");
  if (everybody === null) return unknown("the list of agents");
  return [...callProblems, ...differences(`${who} agent`, byId(everybody), agents, ({ status, registered }) => ({ status, registered }))];
}

/** Who follows the event stream alone knows what the lists show. */
export const stream: Invariant = {
  name: "the event stream's picture equals the lists",
  problems: async ({ teams }) => (await Promise.all(teams.flatMap(({ pictures }) => pictures.map(ofPicture)))).flat(),
};
