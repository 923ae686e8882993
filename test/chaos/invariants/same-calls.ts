import type { CallView } from "../../../src/calls/types.js";
import type { Journal } from "../journal.js";
import type { World } from "../world.js";

/** What a restart may not change of a call that goes on. Who waits may have been answered meanwhile. */
type Kept = Pick<CallView, "state" | "assignedTo" | "department" | "createdAt" | "answeredAt" | "from" | "to" | "direction" | "recording">;

const kept = ({ state, assignedTo, department, createdAt, answeredAt, from, to, direction, recording }: CallView): Kept => ({ state, assignedTo, department, createdAt, answeredAt, from, to, direction, recording });

/** The calls that nobody but their people can change now. */
export async function callsNow({ teams }: World): Promise<ReadonlyMap<string, CallView>> {
  const lists = await Promise.all(teams.map(({ admin }) => admin.list<CallView>("/voicechannel/calls")));
  return new Map(lists.flatMap((calls) => calls ?? []).filter(({ state }) => state === "active" || state === "held" || state === "parked").map((call) => [call.id, call]));
}

/** Tells what differs of the calls that there are still. Which legs they have must be the same, too: a call that lost one in between is another matter. */
export function compareCalls(journal: Journal, before: ReadonlyMap<string, CallView>, after: ReadonlyMap<string, CallView>, gone: (id: string) => boolean): void {
  const legsOf = (call: CallView): string => call.legs.map(({ id }) => id).sort().join();
  for (const [id, call] of before) {
    const now = after.get(id);
    if (now === undefined) {
      if (!gone(id)) journal.violated({ invariant: "before and after a restart the same calls, owners, states and times", subject: `call ${id}`, expected: JSON.stringify(kept(call)), found: "no such call" });
      continue;
    }
    if (legsOf(call) !== legsOf(now)) continue;
    const [expected, found] = [JSON.stringify(kept(call)), JSON.stringify(kept(now))];
    if (expected !== found) journal.violated({ invariant: "before and after a restart the same calls, owners, states and times", subject: `call ${id}`, expected, found });
  }
}
