import type { CallView, Leg } from "../../../src/calls/types.js";
import type { Row } from "../switch.js";
import type { Team, World } from "../world.js";
import { unknown, type Invariant, type Problem } from "./types.js";

const text = (call: CallView): string => JSON.stringify({ ...call, createdAt: undefined, node: undefined });
const isTalker = ({ role }: Leg): boolean => role !== "supervisor";

/** Why this call should not be as it is when nobody acts; nothing when all is well. */
function wrongWith(call: CallView, rows: ReadonlyMap<string, Row>): readonly Problem[] {
  const problem = (expected: string): Problem => ({ subject: `call ${call.id}`, expected, found: `${text(call)} with ${JSON.stringify(call.legs.map(({ id }) => rows.get(id)?.["application"]))}` });
  const talkers = call.legs.filter(isTalker);
  const found: Problem[] = [];
  if (call.legs.length === 0) found.push(problem("a call with at least one leg"));
  if (call.legs.length > 0 && talkers.length === 0) found.push(problem("no supervisor on a call that nobody is in"));
  if (call.ringing.length > 0 || call.state === "ringing" || talkers.some(({ state }) => state === "ringing")) found.push(problem("nobody who still rings, since every phone answers now"));
  if (call.state === "active" && talkers.length === 1) found.push(problem("somebody to talk to in an active call"));
  for (const { id, state, role } of call.legs) if (state === "parked" && role === "agent" && call.state === "active") found.push(problem(`leg ${id} of an agent not parked in an active call`));
  return [...found, ...watchers(call, rows).map(problem)];
}

/** A supervisor's leg watches a leg of its call. */
function watchers(call: CallView, rows: ReadonlyMap<string, Row>): readonly string[] {
  const ids = new Set(call.legs.map(({ id }) => id));
  // Without an agent who talks there is nobody to watch yet: the leg waits for the one who comes (a colleague who is held is in the caller's place).
  if (!call.legs.some(({ role, state, agent }) => role === "agent" && (state === "active" || agent === call.assignedTo))) return [];
  // So it does in a parked call, also when an agent who called another phone of their own is the one who is parked.
  if (call.state === "parked" && call.legs.filter(isTalker).length === 1) return [];
  return call.legs.flatMap((leg) => {
    if (leg.role !== "supervisor" || leg.state === "ringing") return [];
    const row = rows.get(leg.id);
    if (row?.["application"] !== "eavesdrop") return [`supervisor's leg ${leg.id} to watch a leg, not ${row?.["application"] ?? "gone"}`];
    return ids.has(row["application_data"] ?? "") ? [] : [`supervisor's leg ${leg.id} to watch a leg of this call, not ${row["application_data"] ?? ""}`];
  });
}

async function ofTeam({ admin, organization }: Team, rows: ReadonlyMap<string, Row>, owners: Map<string, string>): Promise<readonly Problem[]> {
  const calls = await admin.list<CallView>("/voicechannel/calls");
  if (calls === null) return unknown("the list of calls");
  for (const call of calls) for (const { id } of call.legs) owners.set(id, `${organization.name} ${call.id}`);
  return calls.flatMap((call) => wrongWith(call, rows));
}

/** Every leg has a reason to live, and nobody sits in silence. */
export const legs: Invariant = {
  name: "every leg has a reason to live",
  async problems({ fs, teams }: World) {
    const rows = new Map((await fs.rows()).map((row) => [row["uuid"] ?? "", row]));
    const owners = new Map<string, string>();
    const found = (await Promise.all(teams.map((team) => ofTeam(team, rows, owners)))).flat();
    const orphans = [...rows].filter(([uuid]) => !owners.has(uuid));
    return [...found, ...orphans.map(([uuid, row]) => ({ subject: `channel ${uuid}`, expected: "a call that it is a leg of", found: JSON.stringify(row) }))];
  },
};
