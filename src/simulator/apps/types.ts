import type { Channel } from "../core/channel.js";
import type { SwitchCore } from "../core/switch-core.js";

/** An application: resolves when it has ended, for whatever reason. */
export type Application = (core: SwitchCore, channel: Channel, data: string) => Promise<void> | void;
