/**
 * Reconciles the picture with one `show channels` (DESIGN decision 4): channels that have gone are ended, missing ones are added,
 * and who is parked or bridged is read from the row and from our own state on the channel.
 */
import { type ChannelRow, isChannelUuid, type SwitchSnapshot } from "../freeswitch/index.js";
import { unlink, type MutableChannel } from "./channel.js";
import type { ChannelState } from "./channel-state.js";
import { noteHoldMusic, removeChannel, setAnswered, setRang, type Picture } from "./leg-changes.js";
import { hearsMusic, isUnproven } from "./row-facts.js";

export interface RebuildResult {
  readonly added: number;
  readonly removed: readonly MutableChannel[];
  /** Channels whose columns do not say enough: FreeSWITCH is asked about each by `uuid_dump`. */
  readonly unclear: readonly MutableChannel[];
  /** The others that are new here, or whose events may have been missed. */
  readonly clear: readonly MutableChannel[];
  /** Channels whose row is missing in a drift check, or contradicts the events. A busy FreeSWITCH writes its rows late, so each is asked about before it is corrected. */
  readonly suspects: readonly MutableChannel[];
}

/** States of a leg in a bridge, as seen in FreeSWITCH's rows; the leg that runs the dialplan's `bridge` alone is in CS_EXECUTE. */
const TALKING = new Set(["CS_EXCHANGE_MEDIA", "CS_SOFT_EXECUTE"]);
const UNANSWERED = new Set(["DOWN", "DIALING", "RINGING", "EARLY", "RING_WAIT"]);
const RINGING = new Set(["RINGING", "EARLY"]);

export function applySnapshot(picture: Picture, node: string, snapshot: SwitchSnapshot): RebuildResult {
  const rows = new Map(snapshot.channels.map((row) => [row.uuid, row]));
  const missing = missingIn(picture, node, rows, snapshot);
  // Of a connect. An end of one leg, too, changes what the other one does.
  const before = new Map(snapshot.reason === "connect" ? picture.index.channelsOf(node).map((channel) => [channel, doingOf(channel)]) : []);
  // Events were lost with the connection, so a channel without a row has ended.
  // In a drift check that holds for those that hung up before the rows were written: their CHANNEL_DESTROY was lost.
  const removed = snapshot.reason === "connect" ? missing : missing.filter(({ hungUp, lastSequence }) => hungUp && lastSequence <= snapshot.afterSequence);
  for (const channel of removed) {
    channel.lost = !channel.hungUp && channel.coreUuid !== snapshot.coreUuid;
    removeChannel(picture, channel);
  }
  const suspects = snapshot.reason === "connect" ? [] : missing.filter(({ hungUp }) => !hungUp);
  const added: MutableChannel[] = [];
  const states = new Map<MutableChannel, ChannelState | undefined>();
  const untimed: MutableChannel[] = [];
  for (const row of rows.values()) {
    const known = picture.index.channels.get(row.uuid);
    if (known === undefined) {
      if (snapshot.reason === "connect" && isLeftBehind(picture, row, rows)) continue;
      const channel = makeChannel(picture, node, snapshot.coreUuid, row);
      if (channel === undefined) continue;
      added.push(channel);
      states.set(channel, picture.readState(channel, row.presence_data));
    } else if (snapshot.reason === "connect" || known.lastSequence <= snapshot.afterSequence) {
      // Otherwise an event is newer than this row.
      const isNews = !known.answered && isAnswered(row);
      const changed = known.merge(row) || isNews;
      if (isNews) setAnswered(picture, known, null);
      else if (rings(row)) setRang(picture, known);
      if (changed) picture.index.touch(known);
      if (isUntimed(known)) untimed.push(known);
      if (snapshot.reason === "connect") {
        states.set(known, picture.readState(known, row.presence_data));
        // The event of its end may have been missed, and so may a hold by its phone.
        known.playing = false;
        known.listens = null;
      } else {
        noteHoldMusic(known);
        if (contradicts(picture, known)) suspects.push(known);
        if (isOverwritten(known, row)) {
          // The state writer compares with what stands there, and writes it anew.
          known.presenceData = row.presence_data;
          known.attributesData = "";
          if (known.call !== null) picture.changes.markDirty(known.call);
        }
      }
      if (known.call !== null && changed) picture.changes.markDirty(known.call);
    }
  }
  // Supervisors' legs come last, so that they find the call that they supervise.
  const supervising = (channel: MutableChannel): number => (states.get(channel)?.r === "supervisor" ? 1 : 0);
  for (const channel of added.sort((a, b) => supervising(a) - supervising(b))) {
    const state = picture.grouping.adopt(channel, states.get(channel), relatedUuid(channel));
    states.set(channel, state);
    // An earlier process has told of a call that has our state.
    if (state !== undefined && channel.call !== null) channel.call.isNew = false;
    if (state?.B === 1) channel.dialplanAttributes = null;
  }
  // A row lags behind the events, and the event of the answer may have been missed.
  const mayBeStale = new Set(added.filter((channel) => !channel.answered));
  // Only the channel's variables say where a presence id comes from.
  const isUnclear = ([channel, state]: readonly [MutableChannel, ChannelState | undefined]): boolean => channel.supervision !== null || (channel.copy === null && !infer(picture, channel, state)) || mayBeStale.has(channel) || hearsMusic(channel) || isUnproven(channel) || isUntimed(channel);
  const unclear = new Set([...[...states].filter((entry) => !entry[0].hungUp && isUnclear(entry)).map(([channel]) => channel), ...untimed]);
  // Whether music plays is not seen; FreeSWITCH plays it to whom a phone has put on hold.
  for (const channel of states.keys()) channel.holdMusic = channel.partner?.heldByPhone === true;
  for (const [channel, was] of before) tellFound(picture, channel, was);
  const clear = [...states.keys()].filter((channel) => !channel.hungUp && !unclear.has(channel));
  return { added: added.length, removed, unclear: [...unclear], clear, suspects };
}

/** What a connect infers anew, besides the columns. */
const doingOf = ({ answered, parked, partner, inConference, unjoined, playing, holdMusic, inDeadBridge, call }: MutableChannel): readonly unknown[] => [answered, parked, partner, inConference, unjoined, playing, holdMusic, inDeadBridge, call];

function tellFound({ changes }: Picture, channel: MutableChannel, was: readonly unknown[]): void {
  if (channel.call === null) return;
  if (doingOf(channel).every((each, index) => each === was[index])) changes.foundAgain(channel.call);
  else changes.markDirty(channel.call);
}

/** Whether another state stands on the leg than we wrote last: a FreeSWITCH that stood still carries out the commands of a lost connection late. Rows of legs that hear music, or that listen, lag behind. */
const isOverwritten = ({ presenceData, role }: MutableChannel, row: ChannelRow): boolean => presenceData !== "" && row.presence_data !== presenceData && row.application !== "playback" && role !== "supervisor";

/** Whether the row contradicts the events, so that one of them was lost. */
function contradicts(picture: Picture, channel: MutableChannel): boolean {
  if (!channel.answered || channel.hungUp) return false;
  if (channel.copy !== null) return false;
  const { state, application, direction, dialplan } = channel.columns;
  const isIdle = channel.partner === null && !channel.inConference && channel.call?.inConference !== true;
  if (channel.role === "supervisor") return application !== "eavesdrop" || picture.index.supervisesNobody(channel);
  // Our own `set` covers the name of what a leg runs, and so does the music of who was parked. The dialplan may play something to who called.
  const isCovered = isIdle && (application === "set" || (application === "playback" && (direction === "outbound" || dialplan === "inline")));
  if (state === "CS_PARK" || (state === "CS_EXECUTE" && (application === "park" || isCovered))) return !channel.parked;
  return TALKING.has(state) && channel.partner === null && !channel.inConference;
}

/**
 * A leg that another leg's dialplan has called, and that other leg has ended. FreeSWITCH is about to end this one, too, and it would be shown and recorded as a call of its own. One that stays
 * is found by the drift check that follows every connect.
 */
function isLeftBehind(picture: Picture, { uuid, call_uuid, presence_data }: ChannelRow, rows: ReadonlyMap<string, ChannelRow>): boolean {
  return presence_data === "" && call_uuid !== "" && call_uuid !== uuid && !rows.has(call_uuid) && !picture.index.channels.has(call_uuid);
}

/** The node's channels without a row, except those that are too young to have one. */
function missingIn(picture: Picture, node: string, rows: ReadonlyMap<string, ChannelRow>, { reason, afterSequence }: SwitchSnapshot): MutableChannel[] {
  const mayBeYoung = (channel: MutableChannel): boolean => reason === "drift" && channel.createdSequence > afterSequence;
  return picture.index.channelsOf(node).filter((channel) => !rows.has(channel.uuid) && !mayBeYoung(channel));
}

function makeChannel(picture: Picture, node: string, coreUuid: string, row: ChannelRow): MutableChannel | undefined {
  if (!isChannelUuid(row.uuid)) return undefined;
  const channel = picture.newChannel(row.uuid, node);
  channel.coreUuid = coreUuid;
  channel.merge(row.dialplan === "inline" ? { ...row, dest: row.initial_dest } : row);
  channel.answered = isAnswered(row);
  // Whoever saw it begin has told of it.
  channel.rang = rings(row);
  channel.createdAt = new Date(Number(row.created_epoch) * 1000);
  return channel;
}

/** Answered at an unknown time. */
const isUntimed = (channel: MutableChannel): boolean => channel.answered && channel.answeredAt === null && !channel.hungUp && channel.supervision === null && channel.copy === null;

/** Whether the phone rings that FreeSWITCH calls. */
const rings = ({ direction, callstate }: ChannelRow): boolean => direction === "outbound" && RINGING.has(callstate);

function isAnswered(row: ChannelRow): boolean {
  return row.callstate !== "" && !UNANSWERED.has(row.callstate);
}

/** The other leg of a bridge, as the columns name it. */
function relatedUuid(channel: MutableChannel): string {
  const { application, application_data, call_uuid, uuid } = channel.columns;
  if (application === "uuid_bridge") return application_data;
  return call_uuid === uuid ? "" : call_uuid;
}

/** Sets what the leg is doing; false when neither the columns nor our state say so. */
function infer(picture: Picture, channel: MutableChannel, state: ChannelState | undefined): boolean {
  if (!channel.answered) return true;
  const { application } = channel.columns;
  // Our own `set` and hold music overwrite the column, so our state decides (FREESWITCH.md, "Keeping small state").
  const covered = application === "set" || application === "playback";
  // A leg that stayed after its bridge is in CS_PARK under the old application's name.
  if (application === "park" || channel.columns.state === "CS_PARK" || (covered && state?.p === 1)) {
    unlink(channel);
    channel.parked = true;
    channel.inConference = channel.heldInConference = false;
    channel.memberId = "";
    return state !== undefined;
  }
  channel.parked = false;
  channel.inConference = application === "conference" || (covered && state?.m !== undefined);
  if (channel.inConference) {
    channel.unjoined = false;
    return state !== undefined;
  }
  if (channel.partner !== null && !channel.partner.hungUp) return true;
  // Without our state, the `call_uuid` of the called leg still names the caller's leg.
  const partner = picture.index.channels.get(covered && state !== undefined ? (state.b ?? "") : relatedUuid(channel)) ?? bLegOf(picture, channel);
  // At least one of two bridged legs is in a bridge state; otherwise our state is from before they were parted.
  if (partner !== undefined && !TALKING.has(channel.columns.state) && !TALKING.has(partner.columns.state)) return false;
  if (partner === undefined || !partner.answered || partner.node !== channel.node) return application !== "set" && application !== "playback" && channel.call !== null && channel.call.legs.length > 1;
  const call = channel.call;
  const owner = call?.owner ?? null;
  picture.grouping.bridged(channel, partner, null);
  // Our state knows which of two agents is the owner. One who is not in the bridge was the owner before it: its event was missed.
  if (owner !== null && channel.call !== null && [channel, partner].some(({ agentId }) => agentId === owner)) channel.call.owner = owner;
  return true;
}

/** The leg that a dialplan's `bridge` on this channel made: its `call_uuid` is this channel. */
function bLegOf(picture: Picture, channel: MutableChannel): MutableChannel | undefined {
  if (channel.columns.application !== "bridge") return undefined;
  return channel.call?.legs.find((leg) => leg !== channel && leg.columns.call_uuid === channel.uuid && leg.answered);
}
