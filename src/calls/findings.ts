/** What FreeSWITCH answers when it is asked about a channel of which neither events nor columns tell enough. */
import type { Attributes } from "./attributes.js";
import { channelUuid, type ChannelVariables } from "../freeswitch/index.js";
import { unlink, type MutableChannel, type LegSupervision } from "./channel.js";
import { decodeChannelState, isInRecord } from "./channel-state.js";
import type { OwnerVariables } from "./identity.js";
import { bothAnswered } from "./grouping.js";
import { hearsMusic } from "./row-facts.js";
import { beginProgram, learnAttributes, priorityOf, setAnswered, setParked, type Picture } from "./leg-changes.js";

/** Why FreeSWITCH is asked about channels. */
export type WhyAsked = "unclear" | "drift" | "variables";

/** What `uuid_dump` tells; "" where it does not. */
export interface ChannelFindings {
  readonly variables: OwnerVariables;
  readonly queue: string;
  readonly priority?: string;
  /** The dialplan's program variable. */
  readonly program?: string;
  readonly partner: string;
  readonly presenceData: string;
  /** We have changed nothing about the call since FreeSWITCH was asked. */
  readonly fresh: boolean;
  readonly answered: boolean;
  /** When, microseconds since the epoch; 0 where FreeSWITCH does not say. */
  readonly answeredUs: number;
  /** What was run on it last. */
  readonly application: string;
  readonly playing: boolean;
  /** The variables that the operator asks for. */
  readonly asked?: ChannelVariables;
  readonly attributes?: { readonly written: string; readonly set: Attributes | null };
}

/** Applies an answer to the picture. */
export function applyFindings(picture: Picture, channel: MutableChannel, found: ChannelFindings): void {
  const { identity, changes } = picture;
  identity.claim(channel, found.variables);
  channel.playing = found.playing;
  channel.variables = found.asked ?? channel.variables;
  if (found.attributes !== undefined) learnAttributes(picture, channel, { ...found.attributes, all: true });
  if (channel.supervision !== null) applySupervision(picture, channel, channel.supervision, found);
  else {
    // The row of another leg is enough, and a leg may know less than its call:
    // the state of a phone that rings for a waiting caller does not name the department.
    const state = found.fresh && hearsMusic(channel) && found.presenceData !== channel.presenceData ? decodeChannelState(found.presenceData) : undefined;
    if (state !== undefined) {
      channel.presenceData = found.presenceData;
      picture.grouping.recall(channel, state);
    }
    if (found.answered && channel.answeredAt === null) setAnswered(picture, channel, found.answeredUs || changes.atUs);
    if (channel.answered) applyActivity(picture, channel, found);
    applyWaiting(picture, channel, found);
    takeUpProgram(channel, found);
    // Of a leg that this process has parked the events have told more.
    if (channel.parks === 0) channel.inRecord ||= isInRecord(found.application, decodeChannelState(found.presenceData));
    // Parked while nobody was there to see it. A leg that has not been answered carries no state of ours.
    if (!channel.answered && !channel.hungUp && (found.program ?? "") !== "") setParked(picture, channel, true);
    if (channel.program === null && channel.parked && channel.partner === null && found.presenceData === "") beginProgram(picture, channel, found.program ?? "");
  }
  if (channel.call !== null) changes.markDirty(channel.call);
}

/** The program of an earlier process: what it wrote last may not have come to stand in the leg's row. */
function takeUpProgram(channel: MutableChannel, { presenceData, program = "", fresh }: ChannelFindings): void {
  const written = fresh && channel.program === null ? decodeChannelState(presenceData)?.R : undefined;
  if (written === undefined) return;
  channel.program = written;
  channel.programVariable = program;
}

/** The row of an eavesdropping leg stays as it was at the originate; the variable itself does not. */
function applySupervision({ index, grouping }: Picture, channel: MutableChannel, supervision: LegSupervision, { presenceData }: ChannelFindings): void {
  const state = decodeChannelState(presenceData);
  const w = state?.w;
  if (state === undefined || w === undefined) return;
  supervision.mode = w.m;
  supervision.target = channelUuid(w.u);
  channel.presenceData = presenceData;
  // The call may have been joined to another since the row was written.
  if (channel.call === null) grouping.joinSupervised(channel, index.find(state.c) ?? index.find(w.u));
}

function applyActivity(picture: Picture, channel: MutableChannel, { partner: uuid, application, queue }: ChannelFindings): void {
  const partner = picture.index.channels.get(uuid);
  // An agent who has called in vain is played a tone, and is not parked; our own `set` may come after it.
  const { call } = channel;
  const isFirst = channel.role === "agent" && call?.aLegId === channel.uuid && call.answeredAt === null && call.queue === null && call.mode === null && channel.parks === 0;
  const hearsFailure = isFirst && !channel.parked && queue === "" && channel.columns.direction === "outbound" && (application === "playback" || application === "set");
  // What plays in a bridge whose other leg is gone is ended first (`DeadBridges`); until then the leg is not parked.
  const isStuck = channel.inDeadBridge && application !== "park";
  if (partner !== undefined && !partner.hungUp) {
    if (channel.partner !== partner) picture.grouping.bridged(channel, partner, null);
    if (channel.call !== null) channel.call.answeredAt ??= bothAnswered(channel, partner);
  } else if (!channel.inConference && application !== "bridge" && !hearsFailure && !isStuck) {
    unlink(channel);
    setParked(picture, channel, true);
  }
}

function applyWaiting({ identity }: Picture, channel: MutableChannel, found: ChannelFindings): void {
  const { call } = channel;
  // The queue variable of a leg that talks is old: somebody has taken the caller out of that queue.
  if (channel.partner !== null) channel.queueVariable = found.queue;
  if (call === null || !channel.parked || call.queue !== null || found.queue === "" || channel.columns.direction !== "inbound") return;
  // An agent who dials owns the call, until it is known that the agent dialled a department.
  if (call.owner !== null && (channel.role !== "agent" || call.owner !== channel.agentId)) return;
  channel.queueVariable = found.queue;
  identity.callsDepartment(channel);
  const state = decodeChannelState(found.presenceData);
  const known = state?.q === found.queue && state.c === call.id ? state : undefined;
  call.queue = found.queue;
  call.queuedAt = known?.t === undefined ? call.createdAt : new Date(known.t);
  call.enteredAt = known?.Q === undefined ? call.queuedAt : new Date(known.Q);
  call.priority = known?.i ?? priorityOf(found.priority ?? "");
  call.stage = known?.h === "w" ? "waiting" : known?.h === "m" ? "message" : null;
}
