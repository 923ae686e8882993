/**
 * The picture from one `show channels` (DESIGN decision 4): channels that have gone are ended, new ones are made up,
 * and who is parked or bridged is read from the row and from our own state on the channel.
 */
import { type ChannelRow, isChannelUuid, type SwitchSnapshot } from "../freeswitch/index.js";
import { unlink, type Channel } from "./channel.js";
import type { ChannelState } from "./channel-state.js";
import { removeChannel, type Picture } from "./leg-changes.js";

export interface RebuildResult {
  readonly added: number;
  readonly removed: readonly Channel[];
  /** Channels of which the columns do not tell enough; `uuid_dump` is for these few. */
  readonly unclear: readonly Channel[];
  /**
   * Channels that a drift check misses in the rows, or sees there doing something else than the events told. A busy FreeSWITCH writes its rows late, by how much nobody knows:
   * the rows only raise the question, and FreeSWITCH itself is asked.
   */
  readonly suspects: readonly Channel[];
}

/** States of a leg in a bridge, as seen in FreeSWITCH's rows; the leg that runs the dialplan's `bridge` alone is in CS_EXECUTE. */
const TALKING = new Set(["CS_EXCHANGE_MEDIA", "CS_SOFT_EXECUTE"]);
const UNANSWERED = new Set(["DOWN", "DIALING", "RINGING", "EARLY", "RING_WAIT"]);

export function applySnapshot(picture: Picture, node: string, snapshot: SwitchSnapshot): RebuildResult {
  const rows = new Map(snapshot.channels.map((row) => [row.uuid, row]));
  const missing = missingIn(picture, node, rows, snapshot);
  // After a connection was lost its events are too; what is in no row then has ended.
  // So has what hung up before the rows were written: the event of its end was lost.
  const removed = snapshot.reason === "connect" ? missing : missing.filter(({ hungUp, lastSequence }) => hungUp && lastSequence <= snapshot.afterSequence);
  for (const channel of removed) removeChannel(picture, channel);
  const suspects = snapshot.reason === "connect" ? [] : missing.filter(({ hungUp }) => !hungUp);
  const added: Channel[] = [];
  const states = new Map<Channel, ChannelState | undefined>();
  const untimed: Channel[] = [];
  for (const row of rows.values()) {
    const known = picture.index.channels.get(row.uuid);
    if (known === undefined) {
      const channel = makeChannel(picture, node, snapshot.coreUuid, row);
      if (channel === undefined) continue;
      added.push(channel);
      states.set(channel, picture.readState(channel, row.presence_data));
    } else if (snapshot.reason === "connect" || known.lastSequence <= snapshot.afterSequence) {
      // Else an event has told of something newer than this row.
      const answered = known.answered || isAnswered(row);
      const changed = known.merge(row) || answered !== known.answered;
      known.answered = answered;
      if (changed) picture.index.touch(known);
      if (isUntimed(known)) untimed.push(known);
      if (snapshot.reason === "connect") states.set(known, picture.readState(known, row.presence_data));
      else if (contradicts(picture, known)) suspects.push(known);
      // After a connect what it does is inferred anew below.
      if (known.call !== null && (changed || snapshot.reason === "connect")) picture.changes.markDirty(known.call);
    }
  }
  // Legs before the supervisors that watch them, so that a supervisor finds her call.
  const supervising = (channel: Channel): number => (states.get(channel)?.r === "supervisor" ? 1 : 0);
  for (const channel of added.sort((a, b) => supervising(a) - supervising(b))) {
    states.set(channel, picture.grouping.adopt(channel, states.get(channel), relatedUuid(channel)));
  }
  // Of a leg that was not answered when its row was written nothing is known but that: FreeSWITCH writes its table behind its events, which we may have missed.
  const mayBeStale = new Set(added.filter((channel) => !channel.answered));
  // A row does not tell where a presence id came from: the channel's variables do.
  const isUnproven = (channel: Channel): boolean => channel.columns.direction === "inbound" && channel.columns.presence_id !== channel.provenPresence;
  const isUnclear = ([channel, state]: readonly [Channel, ChannelState | undefined]): boolean => channel.role === "supervisor" || !infer(picture, channel, state) || mayBeStale.has(channel) || isUnproven(channel) || isUntimed(channel);
  const unclear = [...new Set([...[...states].filter((entry) => !entry[0].hungUp && isUnclear(entry)).map(([channel]) => channel), ...untimed])];
  return { added: added.length, removed, unclear, suspects };
}

/** Whether FreeSWITCH's state machine says that the leg does something else than the events have told: one of them was lost. */
function contradicts(picture: Picture, channel: Channel): boolean {
  if (!channel.answered || channel.hungUp) return false;
  if (channel.role === "supervisor") return picture.index.watchesNobody(channel);
  const { state, application } = channel.columns;
  if (state === "CS_PARK" || (state === "CS_EXECUTE" && application === "park")) return !channel.parked;
  return TALKING.has(state) && channel.partner === null && !channel.inConference;
}

/** The node's channels that are in no row, those excepted that are too young to be. */
function missingIn(picture: Picture, node: string, rows: ReadonlyMap<string, ChannelRow>, { reason, afterSequence }: SwitchSnapshot): Channel[] {
  const mayBeYoung = (channel: Channel): boolean => reason === "drift" && channel.createdSequence > afterSequence;
  return [...picture.index.channels.values()].filter((channel) => channel.node === node && !rows.has(channel.uuid) && !mayBeYoung(channel));
}

function makeChannel(picture: Picture, node: string, coreUuid: string, row: ChannelRow): Channel | undefined {
  if (!isChannelUuid(row.uuid)) return undefined;
  const channel = picture.newChannel(row.uuid, node);
  channel.coreUuid = coreUuid;
  channel.merge(row);
  channel.answered = isAnswered(row);
  channel.createdAt = new Date(Number(row.created_epoch) * 1000);
  return channel;
}

/** Answered, and neither its events nor our state tell when. */
const isUntimed = (channel: Channel): boolean => channel.answered && channel.answeredAt === null && !channel.hungUp && channel.watch === null;

function isAnswered(row: ChannelRow): boolean {
  return row.callstate !== "" && !UNANSWERED.has(row.callstate);
}

/** The other leg of a bridge, as the columns name it. */
function relatedUuid(channel: Channel): string {
  const { application, application_data, call_uuid, uuid } = channel.columns;
  if (application === "uuid_bridge") return application_data;
  return call_uuid === uuid ? "" : call_uuid;
}

/** Sets what the leg is doing; false when neither the columns nor our state tell. */
function infer(picture: Picture, channel: Channel, state: ChannelState | undefined): boolean {
  if (!channel.answered) return true;
  const { application } = channel.columns;
  // Our own `set` and hold music cover the column, so there our state speaks (FREESWITCH.md, "Keeping small state").
  const covered = application === "set" || application === "playback";
  // A leg that stayed after its bridge is in CS_PARK under the old application's name.
  if (application === "park" || channel.columns.state === "CS_PARK" || (covered && state?.p === 1)) {
    unlink(channel);
    channel.parked = true;
    return state !== undefined;
  }
  channel.parked = false;
  channel.inConference = application === "conference" || (covered && state?.m === 1);
  if (channel.inConference) return state !== undefined;
  if (channel.partner !== null && !channel.partner.hungUp) return true;
  // Without a state that could speak, the `call_uuid` of the leg that was called still names the caller's.
  const partner = picture.index.channels.get(covered && state !== undefined ? (state.b ?? "") : relatedUuid(channel)) ?? bLegOf(picture, channel);
  // Of two that talk, one at least is in a state of talking; else our state on them is from before they were parted.
  if (partner !== undefined && !TALKING.has(channel.columns.state) && !TALKING.has(partner.columns.state)) return false;
  if (partner === undefined || !partner.answered || partner.node !== channel.node) return application !== "set" && application !== "playback" && channel.call !== null && channel.call.legs.length > 1;
  const call = channel.call;
  const before = call === null ? null : { owner: call.owner, mode: call.mode };
  picture.grouping.bridged(channel, partner, null);
  // Our state is the better witness of the owner than the bridge as it looks from here.
  if (before?.owner != null && channel.call?.legOf(before.owner) !== undefined) channel.call.owner = before.owner;
  return true;
}

/** The leg that a dialplan's `bridge` on this channel made: its `call_uuid` is this channel. */
function bLegOf(picture: Picture, channel: Channel): Channel | undefined {
  if (channel.columns.application !== "bridge") return undefined;
  return channel.call?.legs.find((leg) => leg !== channel && leg.columns.call_uuid === channel.uuid && leg.answered);
}
