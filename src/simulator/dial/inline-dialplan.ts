/** The `inline` dialplan: applications given in place of a destination (mod_dptools, inline_dialplan_hunt). */
import type { AppCall } from "../core/channel-parts.js";
import { separate } from "../wire/separate.js";

/**
 * `park:`, `set:a=b,hangup:USER_BUSY` or, with another separator, `m:^:set:a=b^park:`.
 * Undefined when there is no application in it.
 */
export function huntInline(destination: string): AppCall[] | undefined {
  let text = destination;
  let delimiter = ",";
  const custom = /^m:(.):/.exec(text);
  if (custom?.[1] !== undefined) {
    delimiter = custom[1];
    text = text.slice(4);
  }
  const calls = separate(text, delimiter)
    .filter((item) => item !== "")
    .map((item) => {
      const colon = item.indexOf(":");
      return colon === -1 ? { app: item, data: "" } : { app: item.slice(0, colon), data: item.slice(colon + 1) };
    });
  return calls.length === 0 ? undefined : calls;
}
