/** What a simulated channel is made of and works with. */
import type { ChannelTable } from "./channel-table.js";
import type { Clock } from "./clock.js";
import type { EventBus } from "./event-bus.js";
import type { CallerProfile } from "./profile.js";
import type { UnicastAddresses } from "../unicast.js";

export interface AppCall {
  readonly app: string;
  readonly data: string;
}

/** What waits for a session's thread: `sendmsg` execute, broadcasts, hold music. */
export interface PrivateEvent {
  readonly command: "execute" | "hangup" | "unicast";
  readonly app: string;
  readonly data: string;
  /** Application-UUID of the execution, when the sender chose one. */
  readonly eventUuid: string | undefined;
  readonly eventLock: boolean;
  /** Frames read before it begins. */
  readonly leadFrames: number;
  /** -1: until stopped. */
  readonly loops: number;
  /** Of a unicast alone. */
  readonly addresses?: UnicastAddresses;
  /** Headers of PRIVATE_COMMAND, which reports that it was taken. */
  readonly headers: readonly [string, string][];
}

export type Codec = "PCMU" | "L16" | "";
/** Which program of FreeSWITCH's handles the states from HIBERNATE on. */
export type StateHandler = "none" | "uuid_bridge";

/** What the far end of the channel is: a phone of ours, or somebody behind the trunk. */
export interface FarEnd {
  /** `loopback`: nobody, but the other end of the pair. */
  readonly kind: "phone" | "trunk" | "loopback";
  /** Extension or number; of a loopback the channel's name. */
  readonly party: string;
}

export interface ChannelHost {
  readonly bus: EventBus;
  readonly table: ChannelTable;
  readonly clock: Clock;
  readonly frameMs: number;
  /** Values of what every SIP channel carries besides its own variables. */
  readonly domain: string;
}

export interface ChannelInit {
  readonly uuid: string;
  readonly sessionId: number;
  readonly direction: "inbound" | "outbound";
  readonly name: string;
  readonly sofiaProfile: "internal" | "external";
  readonly farEnd: FarEnd;
  readonly profile: Omit<CallerProfile, "times" | "uuid" | "channelName" | "direction" | "logicalDirection">;
  readonly sipCallId: string;
}
