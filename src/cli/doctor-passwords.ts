/** Finds well-known passwords: the event socket's, and those of the users in FreeSWITCH's own directory. None is ever shown. */
import { createHash } from "node:crypto";
import { childOf, paramsOf, within, type XmlNode } from "../freeswitch/index.js";
import type { AccessLists } from "./doctor-acl.js";
import { failed, passed, type Check } from "./doctor-check.js";

/** mod_event_socket's own default. */
const EVENT_SOCKET_DEFAULT = "ClueCon";
/** Of FreeSWITCH's example configuration, and usual replacements. */
const WELL_KNOWN = ["1234", "12345", "123456", "12345678", "0000", "1111", "password", "secret", "admin", "freeswitch", "changeme", EVENT_SOCKET_DEFAULT];
const LOOPBACK = /^(?:127\.|::1$|localhost$)/;
const SHOWN = 5;

/** Password, event socket's access list, and where it listens. `conf` is event_socket.conf as FreeSWITCH has read it. */
export function checkEventSocket(node: string, conf: XmlNode, lists: AccessLists): Check[] {
  const params = paramsOf(childOf(conf, "settings"));
  const value = (name: string): string | undefined => params.get(name)?.at(-1);
  const findings: Check[] = [];
  const reload = "in event_socket.conf.xml, restart FreeSWITCH, and put the same into FREESWITCH_NODES.";
  const password = value("password") ?? EVENT_SOCKET_DEFAULT;
  if (WELL_KNOWN.includes(password)) findings.push(failed(node, "event socket's password", "it is well known, and whoever has it owns the switch", `Set a long random password ${reload}`));
  const listen = value("listen-ip") ?? "127.0.0.1";
  const acl = params.get("apply-inbound-acl") ?? [];
  // Without a list it is loopback alone that may connect (mod_event_socket.c).
  for (const name of LOOPBACK.test(listen) ? [] : acl) {
    const open = lists.opens(name);
    if (open !== null) findings.push(failed(node, "event socket's access list", `it listens on ${listen}, and the list ${name} ${open}`, "Name a list of Callplane's addresses alone in apply-inbound-acl of event_socket.conf.xml, and reload mod_event_socket."));
  }
  return findings.length > 0 ? findings : [passed(node, "event socket's secrecy", "its password is not a well-known one, and its access list does not let everybody in")];
}

interface Credentials {
  readonly id: string;
  readonly domain: string;
  readonly params: ReadonlyMap<string, readonly string[]>;
}

/** Each user with the parameters that count: the user's own, else the group's, else the domain's (switch_xml.c, switch_xml_merge_user). */
function* usersOf(directory: XmlNode): Iterable<Credentials> {
  for (const domain of within(directory, "domain")) {
    const inherited = [...paramsOf(childOf(domain, "params"))];
    for (const users of within(domain, "users")) {
      const group = [...within(domain, "group")].find((each) => childOf(each, "users") === users);
      for (const user of users.children) {
        const { id, type } = user.attributes;
        if (user.name !== "user" || id === undefined || type === "pointer") continue;
        yield { id, domain: domain.attributes["name"] ?? "", params: new Map([...inherited, ...paramsOf(childOf(group, "params")), ...paramsOf(childOf(user, "params"))]) };
      }
    }
  }
}

const md5 = (text: string): string => createHash("md5").update(text).digest("hex");

function weakness({ id, domain, params }: Credentials): "none" | "known" | null {
  const value = (name: string): string => params.get(name)?.at(-1) ?? "";
  const [password, hash] = [value("password"), value("a1-hash")];
  if (password === "" && hash === "") return /^(?:false|no|off|0)$/i.test(value("allow-empty-password")) ? null : "none";
  const guesses = [...WELL_KNOWN, id, domain];
  const known = hash === "" ? guesses.some((guess) => guess.toLowerCase() === password.toLowerCase()) : guesses.some((guess) => md5(`${id}:${domain}:${guess}`) === hash.toLowerCase());
  return known ? "known" : null;
}

/** `directory` is FreeSWITCH's own; with Callplane as the source it is the snapshot. */
export function checkDirectory(node: string, directory: XmlNode | undefined): Check[] {
  const weak = { none: new Array<string>(), known: new Array<string>() };
  let users = 0;
  for (const user of directory === undefined ? [] : usersOf(directory)) {
    users += 1;
    const kind = weakness(user);
    if (kind !== null) weak[kind].push(`${user.id}@${user.domain}`);
  }
  const list = (names: readonly string[]): string => `${names.slice(0, SHOWN).join(", ")}${names.length > SHOWN ? ` and ${names.length - SHOWN} others` : ""}`;
  const findings: Check[] = [];
  if (weak.known.length > 0)
    findings.push(failed(node, "phones' passwords", `${list(weak.known)}: a well-known or easily guessed password`, 'Give each phone a long random password (freeswitch-conf makes one; with Callplane: POST /voiceconfig/voiceagents/<agent>/credentials), and run "reloadxml".'));
  if (weak.none.length > 0)
    findings.push(failed(node, "phones without a password", `${list(weak.none)}: FreeSWITCH lets anybody register as one`, 'Give each a password, or set <param name="allow-empty-password" value="false"/> for the domain, and run "reloadxml".'));
  return findings.length > 0 ? findings : [passed(node, "phones' passwords", users === 0 ? "the directory's files hold no phones" : `none of ${users} is a well-known one`)];
}
