/** Finds rules of FreeSWITCH's own dialplan that dial out without asking Callplane. */
import { childOf, paramsOf, within, type XmlNode } from "../freeswitch/index.js";
import { failed, passed, type Check } from "./doctor-check.js";
import { roleOf } from "./doctor-profiles.js";

/** A context, and by whom it is reached. */
type Reached = ReadonlyMap<string, "phones" | "callers from outside">;

/** Applications that send a call on to another context: `transfer` and `execute_extension` with `<extension> <dialplan> <context>`. */
const SENDS_ON = /^(?:transfer|execute_extension)$/;

function contextsOf(sofia: XmlNode | null, directory: XmlNode | undefined): Reached {
  const reached = new Map<string, "phones" | "callers from outside">();
  for (const variable of directory === undefined ? [] : within(directory, "variable")) if (variable.attributes["name"] === "user_context") reached.set(variable.attributes["value"] ?? "", "phones");
  for (const profile of sofia === null ? [] : within(sofia, "profile")) {
    const own = paramsOf(childOf(profile, "settings")).get("context")?.at(-1) ?? "default";
    const gateways = [...(childOf(profile, "gateways")?.children ?? [])].flatMap((gateway) => paramsOf(gateway).get("context") ?? []);
    for (const context of [own, ...gateways]) reached.set(context, roleOf(profile) === "trunk" ? "callers from outside" : (reached.get(context) ?? "phones"));
  }
  return reached;
}

/** Matches endpoints to the outside: a gateway, a trunk's profile, or a line of a card. */
function outside(sofia: XmlNode | null): RegExp {
  const trunks = sofia === null ? [] : [...within(sofia, "profile")].filter((profile) => roleOf(profile) === "trunk").map(({ attributes }) => attributes["name"] ?? "");
  const names = ["gateway", ...trunks].map((name) => name.replace(/[^A-Za-z0-9_.-]/g, "")).filter((name) => name !== "").map((name) => name.replaceAll(".", "\\."));
  return new RegExp(`(?:sofia/(?:${names.join("|")})/|(?:freetdm|openzap|khomp|dingaling)/)`, "i");
}

interface DialplanFiles {
  /** The XML of FreeSWITCH's own files, which are the fallback even where Callplane provisions it. */
  readonly root: XmlNode;
  readonly sofia: XmlNode | null;
  /** The context to which a phone's REFER sends the other party; "": the phone's own. */
  readonly transfers: string;
}

export function checkDialplan(node: string, { root, sofia, transfers }: DialplanFiles): Check[] {
  const section = (name: string): XmlNode | undefined => root.children.find((child) => child.name === "section" && child.attributes["name"] === name);
  const dialplan = section("dialplan");
  const contexts = new Map([...(dialplan?.children ?? [])].filter(({ name }) => name === "context").map((context) => [context.attributes["name"] ?? "", context]));
  const dialled = outside(sofia);
  const findings: Check[] = [];
  const reached = new Map(contextsOf(sofia, section("directory")));
  if (transfers !== "" && !reached.has(transfers)) reached.set(transfers, "phones");
  // Iterating a Map includes entries that are added meanwhile.
  for (const [name, by] of reached) {
    const context = contexts.get(name);
    if (context === undefined) continue;
    for (const extension of within(context, "extension")) {
      const actions = [...within(extension, "action"), ...within(extension, "anti-action")];
      for (const { attributes } of actions) {
        const next = SENDS_ON.test(attributes["application"] ?? "") ? (attributes["data"] ?? "").trim().split(/\s+/)[2] : undefined;
        if (next !== undefined && !reached.has(next)) reached.set(next, by);
      }
      const out = actions.find(({ attributes }) => attributes["application"] === "bridge" && dialled.test(attributes["data"] ?? ""));
      if (out === undefined) continue;
      findings.push(
        failed(
          node,
          `dialplan context ${name}`,
          `the extension ${extension.attributes["name"] ?? "(without a name)"} lets ${by} dial out by ${dialled.exec(out.attributes["data"] ?? "")?.[0] ?? ""} without asking Callplane, so no rule or limit of an organization applies`,
          `Take the extension out and run "reloadxml" (in freeswitch-conf FS_STATIC_TRUNK=off); let Callplane provision FreeSWITCH (FS_PROVISIONING_URL) where phones are to dial out.`,
        ),
      );
    }
  }
  return findings.length > 0 ? findings : [passed(node, "dialplan", "nobody dials out without Callplane")];
}
