/** What people do, chosen by the seed: over REST, at their phones, and as customers. */
import type { CallView } from "../../src/calls/types.js";
import type { Random } from "../faults/random.js";
import { LIMIT_MS, type Answer, type Client } from "./client.js";
import { CALLBACK_KEY, DEPARTMENTS } from "./people.js";
import type { Team, World } from "./world.js";

export interface Act {
  readonly kind: string;
  /** How often it is chosen, compared with the others. */
  readonly weight: number;
  run(world: World, team: Team, random: Random): Promise<string>;
}

/** Calls that one organization has at most; more customers do not call. */
const MAX_CALLS = 10;
const PATIENCE_MS = 15_000;
const TALK_MS = 40_000;

/** An act as it is described by its parts. */
export const act = (kind: string, weight: number, run: Act["run"]): Act => ({ kind, weight, run });
/** The status of a reply, for the journal. */
export const said = ({ status }: Answer): string => String(status);
export const anyAgent = (team: Team, random: Random): [string, Client] => random.of([...team.agents]);

/** Somebody who may act on the call: its owner, or who stands above. */
export function handOf(team: Team, call: CallView, random: Random): Client {
  const owner = call.assignedTo === null ? undefined : team.agents.get(call.assignedTo);
  return random.of([team.admin, team.supervisor, ...(owner === undefined ? [] : [owner, owner, owner])]);
}

/** A live call in one of the states, or in any; null: there is none. */
export async function someCall(team: Team, random: Random, ...states: readonly CallView["state"][]): Promise<CallView | null> {
  const calls = (await team.admin.list<CallView>("/voicechannel/calls"))?.filter(({ state }) => states.length === 0 || states.includes(state)) ?? [];
  return calls.length === 0 ? null : random.of(calls);
}

const target = (world: World, team: Team, random: Random): { readonly type: string; readonly to: string } =>
  random.of([
    { type: "client", to: random.of(team.organization.agents) },
    { type: "department", to: random.of(DEPARTMENTS) },
    { type: "phonenumber", to: world.numbers.take(team.organization) },
  ]);

/** An act of the native family on some call in one of these states. */
const onCall = (verb: string, weight: number, states: readonly CallView["state"][], body: (world: World, team: Team, random: Random) => unknown = () => undefined, limitMs: number = LIMIT_MS.act): Act =>
  act(verb, weight, async (world, team, random) => {
    const call = await someCall(team, random, ...states);
    if (call === null) return "no call";
    const hand = handOf(team, call, random);
    return `${call.id} by ${hand.name}: ${said(await hand.post(`/voicechannel/calls/${call.id}:${verb}`, body(world, team, random), limitMs))}`;
  });

const phoneTarget: (world: World, team: Team, random: Random) => unknown = (world, team, random) => random.of([{ type: "client", to: random.of(team.organization.agents) }, { type: "phonenumber", to: world.numbers.take(team.organization) }]);

/** A customer who calls, waits or talks for a while, and hangs up. What comes later is told to nobody: it happens unless the run has ended. */
async function customer(world: World, team: Team, random: Random): Promise<string> {
  const calls = await team.admin.list<CallView>("/voicechannel/calls");
  if (calls === null || calls.length >= MAX_CALLS) return "enough calls";
  const from = world.numbers.take(team.organization);
  const to = random.of([...DEPARTMENTS, ...DEPARTMENTS, ...team.organization.agents]);
  await world.fs.callIn(from, team.organization, to);
  const lasts = random.next() < 0.1 ? random.next() * 50 : random.next() < 0.4 ? random.next() * PATIENCE_MS : random.next() * TALK_MS;
  setTimeout(() => void world.fs.hangUp(from).catch(() => undefined), lasts).unref();
  if (to === "sales" && random.next() < 0.2) setTimeout(() => void world.fs.press(from, CALLBACK_KEY).catch(() => undefined), random.next() * 3000).unref();
  return `${from} to ${to} for ${lasts.toFixed(0)} ms`;
}

export const ACTS: readonly Act[] = [
  act("customer", 14, customer),
  act("dial", 2, async (world, team, random) => {
    const [extension] = anyAgent(team, random);
    const to = random.of(team.organization.agents);
    await world.fs.dial({ organization: team.organization, extension }, to);
    return `${extension} to ${to}`;
  }),
  act("originate", 3, async (world, team, random) => {
    const [agent, client] = anyAgent(team, random);
    const wanted = target(world, team, random);
    return `${agent} to ${wanted.to}: ${said(await client.post("/voicechannel/calls", { ...wanted, agent }, LIMIT_MS.ring))}`;
  }),
  onCall("hold", 5, ["active"]),
  onCall("resume", 6, ["held", "parked"], undefined, LIMIT_MS.ring),
  onCall("transfer", 5, ["active", "held", "parked"], target, LIMIT_MS.ring),
  onCall("consult", 4, ["active"], phoneTarget, LIMIT_MS.ring),
  onCall("complete", 2, ["active", "held"]),
  onCall("cancel", 2, ["active", "held"]),
  onCall("park", 3, ["active"]),
  onCall("conference", 2, ["active"], (world, team, random) => ({ add: phoneTarget(world, team, random) }), LIMIT_MS.ring),
  onCall("mute", 2, ["active"]),
  onCall("unmute", 2, ["active"]),
  onCall("dtmf", 2, ["active"], () => ({ digits: "12" })),
  onCall("record", 3, ["active", "held"], (_world, _team, random) => ({ action: random.of(["start", "stop", "pause", "resume"]) })),
  onCall("hangup", 3, []),
  act("pickup", 3, async (_world, team, random) => {
    const call = await someCall(team, random, "queued", "parked");
    const [agent, client] = anyAgent(team, random);
    return call === null ? "no call" : `${call.id} by ${agent}: ${said(await client.post(`/voicechannel/calls/${call.id}:pickup`, undefined, LIMIT_MS.ring))}`;
  }),
  act("supervise", 4, async (_world, team, random) => {
    const call = await someCall(team, random, "active", "held");
    const mode = random.of(["listen", "whisper", "barge", "off"]);
    return call === null ? "no call" : `${call.id} ${mode}: ${said(await team.supervisor.post(`/voicechannel/calls/${call.id}:supervise`, { mode }, LIMIT_MS.ring))}`;
  }),
  act("status", 6, async (_world, team, random) => {
    const [agent, client] = anyAgent(team, random);
    const status = random.of(["online", "online", "online", "away", "offline"]);
    return `${agent} ${status}: ${said(await client.post(`/voicechannel/agents/${agent}/status`, { status }))}`;
  }),
  act("phone", 3, async (world, team, random) => {
    const extension = random.of([...team.organization.agents, team.organization.supervisor]);
    const behaviour = random.of([{ kind: "answer" }, { kind: "answer" }, { kind: "answer", afterMs: 1500 }, { kind: "no-answer" }, { kind: "busy" }, { kind: "reject" }] as const);
    world.fs.behave({ organization: team.organization, extension }, behaviour);
    return `${extension} ${behaviour.kind}`;
  }),
  act("phone hangs up", 2, async (world, team, random) => {
    const extension = random.of(team.organization.agents);
    await world.fs.hangUp(world.fs.partyOf({ organization: team.organization, extension }));
    return extension;
  }),
  act("another's call", 1, async (world, team, random) => {
    const other = random.of(world.teams.filter((each) => each !== team));
    const call = await someCall(other, random);
    if (call === null) return "no call";
    const answer = await team.admin.post(`/voicechannel/calls/${call.id}:hangup`);
    if (answer.status >= 200 && answer.status < 400) world.journal.violated({ invariant: "tenants never meet", subject: "hanging up another organization's call", expected: "404", found: said(answer) });
    return `${call.id}: ${said(answer)}`;
  }),
];
