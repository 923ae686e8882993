/** Waits until all that must hold does, and tells what does not. */
import { delay } from "../../lab/wait.js";
import type { Organization } from "../people.js";
import type { World } from "../world.js";
import { channels } from "./channels.js";
import { legs } from "./legs.js";
import { Lasting } from "./lasting.js";
import { memory } from "./memory.js";
import type { Ledger } from "./records.js";
import { stream } from "./stream.js";
import type { Invariant, Problem } from "./types.js";
import { music, waiting } from "./waiting.js";

export { Ledger } from "./records.js";
export { callsNow, compareCalls } from "./same-calls.js";

/** Generous: a drift check comes every 30 to 60 s at the latest, and what it mends counts as mended. */
const BOUND_MS = 75_000;
/** Customers come, go and are answered all the time: what has not held for less than that may be about to. */
const PASSING_MS = 10_000;
const EVERY_MS = 250;
/** What takes longer to hold is told. */
const LONG_MS = 10_000;
const SHOWN_CHARACTERS = 100;

/** FreeSWITCH's table of channels is that late at most, and a phone that answers has done so. */
const CALM_AGAIN_MS = 2000;

const phonesOf = ({ agents, supervisor }: Organization): readonly string[] => [...agents, supervisor];

/** Everybody answers from now on. */
function answerAll({ fs, teams }: World): void {
  for (const { organization } of teams) {
    for (const extension of phonesOf(organization)) fs.behave({ organization, extension }, { kind: "answer" });
  }
}

/** What rings in vain stops: it was rung before everybody answered. */
async function stopRinging({ fs, teams }: World): Promise<void> {
  const rings = (await fs.rows()).filter(({ callstate }) => callstate === "RINGING" || callstate === "EARLY");
  const parties = teams.flatMap(({ organization }) => phonesOf(organization).map((extension) => ({ extension, domain: organization.domain, party: fs.partyOf({ organization, extension }) })));
  for (const { extension, domain, party } of parties) if (rings.some((row) => row["presence_id"] === `${extension}@${domain}`)) await fs.hangUp(party);
}

/** Resolves when all invariants hold at the same time, or have been told as violated after the bound. */
export async function checkAll(world: World, ledger: Ledger, more: readonly Invariant[] = []): Promise<void> {
  const invariants: readonly Invariant[] = [channels, legs, waiting, music, ledger, stream, memory, ...more];
  answerAll(world);
  await stopRinging(world);
  const began = performance.now();
  let calmAgain = true;
  const deadline = began + BOUND_MS;
  let last = "";
  const since = new Lasting();
  for (;;) {
    const looks = await Promise.all(invariants.map(async (invariant): Promise<[Invariant, readonly Problem[]]> => [invariant, await invariant.problems(world)]));
    const wrong = looks.filter(([, problems]) => problems.length > 0);
    if (wrong.length === 0) {
      const ms = performance.now() - began;
      if (ms > LONG_MS) world.journal.note(`all holds after ${(ms / 1000).toFixed(1)} s; the last to come: ${last}`);
      return;
    }
    const now = performance.now();
    last = wrong.map(([{ name }, problems]) => `${name} (${problems.map(({ subject, expected }) => `${subject}: ${expected.slice(0, SHOWN_CHARACTERS)}`).join(", ")})`).join("; ");
    // What is known not to hold and stays so is not waited for again: the run would learn nothing more.
    const found = wrong.flatMap(([{ name: invariant }, problems]) => problems.map((problem) => ({ invariant, ...problem })));
    const lasting = since.look(found, PASSING_MS);
    const isKnown = found.every((problem) => world.journal.knows(problem));
    if (isKnown || (now > deadline && lasting.length > 0)) {
      for (const problem of lasting) world.journal.violated(problem);
      return;
    }
    if (now > deadline + BOUND_MS) {
      world.journal.violated({ invariant: "all holds at the same time", subject: "the run", expected: "a moment in which all holds", found: last });
      return;
    }
    await delay(EVERY_MS);
    if (calmAgain && performance.now() - began > CALM_AGAIN_MS) {
      calmAgain = false;
      await stopRinging(world);
    }
  }
}
