/** A registry with a small directory, fed from recordings. */
import type { Actor, Directory, Organization } from "../../src/people/index.js";
import type { RegistryChange } from "../../src/calls/changes.js";
import { Registry } from "../../src/calls/registry.js";
import { domainName, extension, type ChannelRow } from "../../src/freeswitch/index.js";
import { EventParser } from "../../src/freeswitch/event-parser.js";
import { parseChannels } from "../../src/freeswitch/snapshot.js";
import { asEventPlain, recording, type RecordingEntry } from "../support/recordings.js";

const organization: Organization = {
  id: 1,
  name: "lab",
  domain: domainName("127.0.0.1", "domain"),
  dialString: "sofia/gateway/trunk/{number}",
  callerId: null,
  allowedPrefixes: ["+1555"],
  supervisionVisible: false,
};
const EXTENSIONS = ["1001", "1002", "1003"];

export const directory: Directory = {
  organizations: () => [organization],
  organization: (id) => (id === 1 ? organization : undefined),
  organizationByName: (name) => (name === "lab" ? organization : undefined),
  organizationByDomain: (domain) => (domain === "127.0.0.1" ? organization : undefined),
  agent: (org, agentId) => agentOf(org, agentId),
  agentByExtension: (org, wanted) => agentOf(org, wanted),
  agents: () => [],
  hasDepartment: (_org, name) => name === "support",
  departments: () => ["support"],
  servesDepartment: () => true,
  supervises: (_org, agentId) => agentId === "1003",
  onChange: () => () => undefined,
};

function agentOf(org: number, id: string): ReturnType<Directory["agent"]> {
  return org === 1 && EXTENSIONS.includes(id) ? { agentId: id, organizationId: 1, extension: extension(id, "extension"), name: id, departments: [] } : undefined;
}

export const agentActor = (agentId: string): Actor => ({ name: agentId, role: "agent", organizationId: 1, agentId, permissions: new Set(), tokenId: agentId });
export const supervisor: Actor = { name: "carol", role: "supervisor", organizationId: 1, agentId: "1003", permissions: new Set(["listen", "whisper", "barge"]), tokenId: "carol" };

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

export interface World {
  readonly registry: Registry;
  readonly changes: RegistryChange[];
  /** How often each incident was counted. */
  readonly incidents: Readonly<Record<string, number>>;
  /** Feeds entries of a recording, optionally stopping before the command that `until` names. */
  readonly feed: (entries: readonly RecordingEntry[], node?: string) => void;
}

/** @param own what the directory tells otherwise */
export function world(own: Partial<Directory> = {}): World {
  const incidents: Record<string, number> = {};
  const registry = new Registry({
    directory: { ...directory, ...own },
    logger: quiet,
    metrics: { incident: (kind, count = 1) => void (incidents[kind] = (incidents[kind] ?? 0) + count) },
  });
  const changes: RegistryChange[] = [];
  registry.onChange((change) => void changes.push(change));
  const parser = new EventParser();
  return {
    registry,
    changes,
    incidents,
    feed: (entries, node = "fs") => {
      for (const item of entries) {
        if (item.dir !== "event") continue;
        const event = parser.parse(asEventPlain(item.event));
        if (event?.kind === "channel") registry.channelEvent(node, event);
        else if (event?.kind === "conference") registry.conferenceEvent(node, event);
      }
    },
  };
}

/** The entries before the nth command that begins so (0: the first), and those from it on. */
export function splitAt(name: string, command: string, nth = 0): [RecordingEntry[], RecordingEntry[]] {
  const entries = recording(name);
  const hits = entries.flatMap((item, index) => (item.dir === "send" && item.command.startsWith(command) ? [index] : []));
  const at = hits[nth];
  if (at === undefined) throw new Error(`${name} has no command ${command}`);
  return [entries.slice(0, at), entries.slice(at)];
}

/** The rows of the nth `show channels` in a recording. */
export function rowsOf(name: string, nth = 0): ChannelRow[] {
  const entries = recording(name);
  const replies = entries.filter((item, index) => {
    const before = entries[index - 1];
    return item.dir === "frame" && before?.dir === "send" && before.command === "api show channels as json";
  });
  const reply = replies[nth];
  if (reply?.dir !== "frame") throw new Error(`${name} has no such reply`);
  return parseChannels(reply.body ?? "{}");
}
