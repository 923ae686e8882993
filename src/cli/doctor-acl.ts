/** Finds FreeSWITCH's access lists that let everybody in. */
import { within, type XmlNode } from "../freeswitch/index.js";

/** Lists that FreeSWITCH makes by itself (switch_core.c, switch_load_network_lists); the others of them hold private networks or none. */
const PUBLIC_LISTS: ReadonlySet<string> = new Set(["any_v4.auto", "any_v6.auto", "wan.auto", "wan_v4.auto", "wan_v6.auto"]);
const WHOLE = /\/0+$/;

export interface AccessLists {
  /** Why a list (or a network in place of one) is open; null: it is not. */
  opens(list: string): string | null;
}

function opened(list: XmlNode): string | null {
  const nodes = list.children.filter(({ name }) => name === "node");
  const allowed = nodes.find(({ attributes }) => attributes["type"] === "allow" && WHOLE.test(attributes["cidr"] ?? `${attributes["host"] ?? ""}/${attributes["mask"] ?? "32"}`));
  if (allowed !== undefined) return "holds every address";
  const closes = nodes.some(({ attributes }) => attributes["type"] === "deny" && WHOLE.test(attributes["cidr"] ?? ""));
  return list.attributes["default"] === "allow" && !closes ? "allows every address that it does not name" : null;
}

/** `acl` is acl.conf as FreeSWITCH has read it; null: there is none. */
export function accessLists(acl: XmlNode | null): AccessLists {
  const lists = new Map(acl === null ? [] : [...within(acl, "list")].map((list) => [list.attributes["name"] ?? "", list] as const));
  return {
    opens(value) {
      // A list may be followed by the contexts of those who pass and fail (sofia.c).
      const name = lists.has(value) ? value : (value.split(":")[0] ?? "");
      const list = lists.get(name);
      if (list !== undefined) return opened(list);
      if (PUBLIC_LISTS.has(name)) return "holds every public address";
      return WHOLE.test(name) ? "is every address" : null;
    },
  };
}
