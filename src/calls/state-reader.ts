/** Reads the state that stands on channels. What stands there as it was read last is not parsed again: after a connection that is lost a second time, most of it. */
import type { Channel } from "./channel.js";
import { decodeChannelState, type ChannelState } from "./channel-state.js";

interface Read {
  readonly text: string;
  readonly state: ChannelState | undefined;
}

export class StateReader {
  readonly #read = new WeakMap<Channel, Read>();

  /** @param text the channel's presence_data; `undefined` for what is not ours */
  stateOf(channel: Channel, text: string): ChannelState | undefined {
    const before = this.#read.get(channel);
    if (before?.text === text) return before.state;
    const state = decodeChannelState(text);
    this.#read.set(channel, { text, state });
    return state;
  }
}
