/** Legs of no FreeSWITCH. */
import { MutableChannel } from "../../src/calls/channel.js";
import type { LiveLeg } from "../../src/calls/index.js";
import { channelUuid } from "../../src/freeswitch/index.js";

export function liveLeg({ uuid, node = "fs", answered = false }: { readonly uuid: string; readonly node?: string; readonly answered?: boolean }): LiveLeg {
  const channel = new MutableChannel(channelUuid(uuid), node);
  channel.answered = answered;
  if (answered) channel.answeredAt = new Date();
  return channel;
}
