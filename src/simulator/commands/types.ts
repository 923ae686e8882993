import type { SwitchCore } from "../core/switch-core.js";

/** An `api` command: takes the text after its name, gives the body of the reply. */
export type ApiCommand = (core: SwitchCore, args: string) => string | Promise<string>;

export const NO_CHANNEL = "-ERR No such channel!\n";
export const OK = "+OK\n";
