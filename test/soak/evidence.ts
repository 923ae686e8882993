/** What is needed to look for a cause. */
import type { CallView } from "../../src/calls/types.js";
import type { Team } from "../chaos/world.js";
import type { SoakSwitch } from "./switch.js";

interface Log {
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly timeline: readonly { readonly at: string; readonly type: string; readonly detail: unknown }[];
}

/** The live view and the record of the calls, and what their pages know of it, in short. */
export async function evidence(fs: SoakSwitch, { admin, organization }: Team, calls: readonly string[], parties: readonly string[]): Promise<string> {
  const told = await Promise.all(
    calls.map(async (id) => {
      const [live, record] = [await admin.get(`/voicechannel/calls/${id}`), await admin.get(`/voiceconfig/calllogs/${id}`)];
      const timeline = record.status === 200 ? (record.body as Log).timeline.map(({ at, type, detail }) => `${at.slice(11)} ${type} ${JSON.stringify(detail)}`).join("; ") : `no record (${record.status})`;
      return `call ${id}: ${live.status === 200 ? inShort(live.body as CallView) : "has ended"}; ${timeline}`;
    }),
  );
  const pages = await Promise.all([...fs.pages].filter(([party]) => parties.includes(party)).map(async ([party, page]) => `page ${party}: ${await page.state().then(({ calls: known, ...state }) => JSON.stringify({ ...state, calls: known.slice(-2) }), String)}`));
  return [...told, ...pages].join(" | ") || `in no call that was seen in ${organization.name}`;
}

export const inShort = ({ state, heldBy, assignedTo, ringing, legs }: CallView): string =>
  `${state}${heldBy === null ? "" : ` by ${heldBy}`} of ${assignedTo ?? "nobody"}, rings ${ringing.join(" ") || "nobody"}, legs ${legs.map(({ id, role, agent, number, state, muted }) => `${role} ${agent ?? number} ${state}${muted ? " muted" : ""} ${id}`).join(", ")}`;
