/** What FreeSWITCH tells of a channel by `uuid_dump <uuid> json`: the headers of an event, and the channel's variables as `variable_…`. */
import { commands, type ChannelUuid, type SwitchNode } from "../freeswitch/index.js";

/** By name. */
export type Dump = Readonly<Record<string, string>>;

/** Throws CommandRefused when FreeSWITCH does not know the channel, SwitchUnavailable, SyntaxError for an answer that is no JSON. */
export const dumpOf = async (node: Pick<SwitchNode, "api">, uuid: ChannelUuid): Promise<Dump> => parsed(await node.api(commands.dump(uuid)));

/** A variable with several values is written as FreeSWITCH writes it in events. */
function parsed(text: string): Dump {
  const json: unknown = JSON.parse(text);
  if (typeof json !== "object" || json === null) return {};
  return Object.fromEntries(Object.entries(json).flatMap(([name, value]: [string, unknown]) => (typeof value === "string" ? [[name, value]] : Array.isArray(value) ? [[name, `ARRAY::${value.join("|:")}`]] : [])));
}
