/** What FreeSWITCH answers when it is asked about a channel of which neither events nor columns tell enough. */
import { channelUuid } from "../freeswitch/index.js";
import { unlink, type Channel, type Watch } from "./channel.js";
import { decodeChannelState } from "./channel-state.js";
import type { OwnerVariables } from "./identity.js";
import { bothAnswered } from "./grouping.js";
import { priorityOf, setAnswered, setParked, type Picture } from "./leg-changes.js";

/** What `uuid_dump` tells; "" where it does not. */
export interface ChannelFindings {
  readonly variables: OwnerVariables;
  readonly queue: string;
  readonly priority?: string;
  readonly partner: string;
  readonly presenceData: string;
  readonly answered: boolean;
  /** When, microseconds since the epoch; 0 where FreeSWITCH does not say. */
  readonly answeredUs: number;
  /** What its dialplan runs now. */
  readonly application: string;
}

/** Takes an answer over. */
export function applyFindings(picture: Picture, channel: Channel, found: ChannelFindings): void {
  const { identity, changes } = picture;
  identity.claim(channel, found.variables);
  if (channel.watch !== null) watchingAs(picture, channel, channel.watch, found);
  else {
    if (found.answered && channel.answeredAt === null) setAnswered(picture, channel, found.answeredUs || changes.atUs);
    if (channel.answered) doingAs(picture, channel, found);
    waitingAs(picture, channel, found);
  }
  if (channel.call !== null) changes.markDirty(channel.call);
}

/** The row of an eavesdropping leg stays as it was at the originate; the variable itself does not. */
function watchingAs({ index, grouping }: Picture, channel: Channel, watch: Watch, { presenceData }: ChannelFindings): void {
  const state = decodeChannelState(presenceData);
  const w = state?.w;
  if (state === undefined || w === undefined) return;
  watch.mode = w.m;
  watch.target = channelUuid(w.u);
  channel.presenceData = presenceData;
  // The call may have been joined to another since the row was written.
  if (channel.call === null) grouping.watches(channel, index.find(state.c) ?? index.find(w.u));
}

function doingAs(picture: Picture, channel: Channel, { partner: uuid, application }: ChannelFindings): void {
  const partner = picture.index.channels.get(uuid);
  if (partner !== undefined && !partner.hungUp) {
    if (channel.partner !== partner) picture.grouping.bridged(channel, partner, null);
    if (channel.call !== null) channel.call.answeredAt ??= bothAnswered(channel, partner);
  } else if (!channel.inConference && application !== "bridge") {
    unlink(channel);
    setParked(picture, channel, true);
  }
}

function waitingAs({ identity }: Picture, channel: Channel, found: ChannelFindings): void {
  const { call } = channel;
  // Who talks has been taken out of the queue that it names.
  if (channel.partner !== null) channel.queueVariable = found.queue;
  if (call === null || !channel.parked || call.queue !== null || found.queue === "" || channel.columns.direction !== "inbound") return;
  // An agent who dials owns her call, until it is known that she has dialled a department.
  if (call.owner !== null && (channel.role !== "agent" || call.owner !== channel.agentId)) return;
  channel.queueVariable = found.queue;
  identity.callsDepartment(channel);
  const state = decodeChannelState(found.presenceData);
  const known = state?.q === found.queue && state.c === call.id ? state : undefined;
  call.queue = found.queue;
  call.queuedAt = known?.t === undefined ? call.createdAt : new Date(known.t);
  call.priority = known?.i ?? priorityOf(found.priority ?? "");
  call.stage = known?.h === "w" ? "waiting" : known?.h === "m" ? "message" : null;
}
