/** What the people of a soak do: the acts of chaos, what phones do by themselves, and what becomes of pages and their network. */
import { act, ACTS, anyAgent, handOf, said, someCall, type Act } from "../chaos/acts.js";
import { between } from "../chaos/faults/types.js";
import type { Team } from "../chaos/world.js";
import type { CallView } from "../../src/calls/types.js";
import type { BrowserPhone } from "../browser/phone.js";
import type { Random } from "../faults/random.js";
import { delay, eventually } from "../lab/wait.js";
import type { Book } from "./book.js";
import type { SoakSwitch } from "./switch.js";

/** The acts of chaos, and how often each is chosen. */
const SHARED: Readonly<Record<string, number>> = { dial: 2, originate: 3, hold: 5, resume: 7, transfer: 5, consult: 5, complete: 3, cancel: 3, park: 3, conference: 2, mute: 2, unmute: 4, dtmf: 2, record: 1, pickup: 4, supervise: 5, phone: 1 };
const CUT_MS = [1000, 5000] as const;

/** The page of an agent who is in a call, where there is one; else any page. */
async function somePage(fs: SoakSwitch, team: Team, random: Random): Promise<readonly [string, BrowserPhone]> {
  const calls = (await team.admin.list<CallView>("/voicechannel/calls")) ?? [];
  const busy = new Set(calls.flatMap(({ legs }) => legs.flatMap(({ agent }) => (agent === null ? [] : [fs.partyOf({ organization: team.organization, extension: agent })]))));
  const inCall = [...fs.pages].filter(([party]) => busy.has(party));
  return random.of(inCall.length > 0 ? inCall : [...fs.pages]);
}

/** Something that a phone may be unable to do just now: it has no call, or it has just ended. */
const tried = async (what: string, trying: Promise<unknown>): Promise<string> => trying.then(() => what, (error: unknown) => `${what}: ${error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error)}`);

export function soakActs(fs: SoakSwitch, book: Book): readonly Act[] {
  const partyOf = (team: Team, extension: string): string => fs.partyOf({ organization: team.organization, extension });
  /**
   * A page whose socket is lost cannot tell that it holds or hangs up: JsSIP mutes or ends the call by itself, and what the caller then hears is no
   * fault of Callplane. One thing at a time happens to a phone. Bounded by the agents.
   */
  const busy = new Set<string>();
  const alone = async (party: string, what: () => Promise<string>): Promise<string> => {
    if (busy.has(party)) return `${party} is busy`;
    busy.add(party);
    try {
      return await what();
    } finally {
      busy.delete(party);
    }
  };
  const own = [
    act("hangup", 2, async (_world, team, random) => {
      const call = await someCall(team, random, "active", "held", "parked", "ringing");
      if (call === null) return "no call";
      const hand = handOf(team, call, random);
      // It may have begun and end between two looks at the lists.
      book.saw([call], (extension) => partyOf(team, extension));
      book.ended(call.id);
      const answer = await hand.post(`/voicechannel/calls/${call.id}:hangup`);
      book.ended(call.id);
      return `${call.id} by ${hand.name}: ${said(answer)}`;
    }),
    act("phone hangs up", 2, async (_world, team, random) => {
      const [extension] = anyAgent(team, random);
      const party = partyOf(team, extension);
      return alone(party, () => tried(extension, fs.hangUp(party)));
    }),
    act("phone holds", 4, async (_world, team, random) => {
      const [extension] = anyAgent(team, random);
      const party = partyOf(team, extension);
      const ms = between(random, 500, 4000);
      return alone(party, async () => {
        if ((await fs.hears(party).catch(() => null)) === null) return `${extension} has no call`;
        const held = await tried(extension, fs.hold(party, true));
        await delay(ms);
        const back = await tried(extension, fs.hold(party, false));
        // The phone's re-INVITE has met another one (491), which the lab's FreeSWITCH does not send again as a phone does: it says nothing any more, and whoever holds it hangs up.
        return back === extension ? `${held}, and back: ${back}` : `${held}, and not back (${back}): ${await tried(extension, fs.hangUp(party))}`;
      });
    }),
    act("phone presses", 2, async (_world, team, random) => {
      const [extension] = anyAgent(team, random);
      return tried(extension, fs.press(partyOf(team, extension), "5"));
    }),
    act("customer presses", 1, async (_world, _team, random) => {
      const outside = fs.present().filter((party) => party.startsWith("+"));
      return outside.length === 0 ? "nobody" : tried("5", fs.press(random.of(outside), "5"));
    }),
    act("status", 6, async (_world, team, random) => {
      const [agent, client] = anyAgent(team, random);
      const status = random.of(["online", "online", "online", "online", "away"]);
      return `${agent} ${status}: ${said(await client.post(`/voicechannel/agents/${agent}/status`, { status }))}`;
    }),
    act("reload", 2, async (_world, team, random) => {
      const [party, page] = await somePage(fs, team, random);
      return alone(party, () => tried(party, page.reload()));
    }),
    act("lost socket", 3, async (_world, team, random) => {
      const [party, page] = await somePage(fs, team, random);
      const ms = between(random, ...CUT_MS);
      const isCut = random.next() < 0.5;
      return alone(party, async () => {
        if (isCut) page.cut();
        else page.silence();
        await delay(ms);
        page.mend();
        // JsSIP connects again after 2 s at first.
        return tried(`${party} ${isCut ? "cut" : "silent"} for ${ms.toFixed(0)} ms`, eventually(`${party} to be connected`, async () => (await page.state()).connected));
      });
    }),
  ];
  return [...ACTS.flatMap((each) => (SHARED[each.kind] === undefined ? [] : [{ ...each, weight: SHARED[each.kind] ?? 1 }])), ...own].filter(({ kind }) => fs.pages.size > 0 || (kind !== "reload" && kind !== "lost socket"));
}
