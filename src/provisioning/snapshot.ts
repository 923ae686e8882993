/**
 * The directory and the inbound lines as files that FreeSWITCH includes in its own configuration, for the time when Callplane does not answer.
 * Such a file can hold one password for a user, so one-time passwords are not in it.
 */
import { open, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as yieldToOthers } from "node:timers/promises";
import type { Logger } from "../logger.js";
import { element, serializeFragment } from "../freeswitch/index.js";
import type { AccountDirectory, AgentRecord, Organization } from "../people/index.js";
import type { DialplanSection } from "./dialplan-section.js";
import { domainElement, trunkNetworks, userElement } from "./directory-section.js";
import type { ProvisioningIndex } from "./provisioning-index.js";
import { PacedWork } from "./paced-work.js";
import { registrationVariables } from "./registration-lifetime.js";
import { sameLogin, type LoginPart } from "./registration-stamp.js";

/** Users serialized before the event loop turns, which takes about 10 ms. */
const USERS_AT_ONCE = 100;

export interface SnapshotOptions {
  /** Made (mode 0700) when it is not there. */
  readonly folder: string;
  readonly directory: AccountDirectory;
  readonly index: ProvisioningIndex;
  readonly dialplan: DialplanSection;
  readonly nobodysHash: string;
  /** Seconds that a registration lasts at most. */
  readonly registrationMaxS: number;
  readonly logger: Logger;
  /** Called when the files have changed. */
  readonly changed: () => void;
}

/** Milliseconds between two unawaited writes: at 10,000 users one is 5 MB. */
const PACE_MS = 1000;

/**
 * FreeSWITCH's configuration chooses the name of the hash parameter (freeswitch-conf/vars.xml). A FreeSWITCH that cannot run proven-identity.lua uses a name that it
 * ignores, so that nobody authenticates by this file. The serializer keeps every `$` from being expanded, so the name is put in afterwards.
 */
const HASH_PARAM = "callplane-snapshot-a1";
const asConfigured = (text: string): string => text.replace(`name="${HASH_PARAM}"`, 'name="$$$${snapshot_a1}"');

/** What a user's text was made of. */
interface KnownUser {
  readonly organization: Organization;
  readonly agent: AgentRecord;
  readonly hash: string;
  readonly login: LoginPart | undefined;
  readonly text: string;
}

export class Snapshot {
  readonly #options: SnapshotOptions;
  readonly #writes = new PacedWork(() => this.#write(), PACE_MS);
  #users = new Map<number, KnownUser>();
  #last: ReadonlyMap<string, string> = new Map();

  constructor(options: SnapshotOptions) {
    this.#options = options;
  }

  /** Writes what changed, of one agent or (null) of anything; waits only when a phone was removed or has a new password. Never rejects. */
  async update(agentRow: number | null): Promise<void> {
    // A write under way may hold the agent as before.
    await this.#writes.idle();
    const purge = agentRow === null ? this.#losesSomebody() : this.#loses(agentRow);
    if (purge) await this.#writes.now();
    else this.#writes.soon();
  }

  /** Waits for the write under way. Idempotent. */
  close(): Promise<void> {
    return this.#writes.close();
  }

  #losesSomebody(): boolean {
    return [...this.#users.keys()].some((agentRow) => this.#loses(agentRow));
  }

  /** Whether the file holds a credential of this agent that was withdrawn. */
  #loses(agentRow: number): boolean {
    const known = this.#users.get(agentRow);
    if (known === undefined) return false;
    const { directory, nobodysHash } = this.#options;
    const organization = directory.organization(known.agent.organizationId);
    const agent = directory.agentRecord(known.agent.organizationId, known.agent.agentId);
    if (organization === undefined || agent?.id !== agentRow) return true;
    // Nobody could register with that hash.
    return known.hash !== nobodysHash && !this.#isSame(known, organization, agent);
  }

  #isSame({ organization: { domain, name }, agent: before, hash, login }: KnownUser, organization: Organization, agent: AgentRecord): boolean {
    return sameLogin(login, this.#login(agent)) && domain === organization.domain && name === organization.name && before.extension === agent.extension && before.name === agent.name && hash === this.#hash(agent);
  }

  #login = ({ organizationId, agentId }: AgentRecord): LoginPart | undefined => this.#options.directory.userOfAgent(organizationId, agentId);
  #hash = (agent: AgentRecord): string => this.#options.index.hashes(agent.id)?.own ?? this.#options.nobodysHash;

  async #write(): Promise<void> {
    const { folder, logger } = this.#options;
    try {
      await this.#replaceChanged(folder);
    } catch (error) {
      logger.error({ err: error, folder }, "the snapshot of the directory could not be written; FreeSWITCH keeps the one before");
    }
  }

  async #replaceChanged(folder: string): Promise<void> {
    const files = new Map([["directory.xml", await this.#directoryText()], ["public.xml", this.#publicText()]]);
    const changed = [...files].filter(([name, text]) => this.#last.get(name) !== text);
    if (changed.length === 0) return;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const [name, text] of changed) await replaceFile(join(folder, name), text);
    this.#last = files;
    this.#options.changed();
  }

  async #directoryText(): Promise<string> {
    const { directory } = this.#options;
    const known = new Map<number, KnownUser>();
    const parts: string[] = [];
    let made = 0;
    for (const organization of directory.organizations()) {
      const users: string[] = [];
      for (const agent of directory.agentRecords(organization.id)) {
        let user = this.#users.get(agent.id);
        if (user === undefined || !this.#isSame(user, organization, agent)) {
          const hash = this.#hash(agent);
          const login = this.#login(agent);
          const terms = registrationVariables({ a1: hash, expiresAt: null }, login, { maxS: this.#options.registrationMaxS, now: new Date() });
          user = { organization, agent, hash, login, text: asConfigured(serializeFragment(userElement(organization, agent, hash, HASH_PARAM, terms))) };
          if (++made % USERS_AT_ONCE === 0) await yieldToOthers();
        }
        known.set(agent.id, user);
        users.push(user.text);
      }
      const domain = serializeFragment(domainElement(organization, []));
      const end = domain.lastIndexOf("</domain>");
      parts.push(domain.slice(0, end), "<users>\n", ...users, "</users>\n", domain.slice(end));
    }
    parts.push(serializeFragment(trunkNetworks(this.#options.index.trunks())));
    this.#users = known;
    return parts.join("");
  }

  #publicText(): string {
    const { dialplan, index } = this.#options;
    return index
      .lines()
      .map((line) => {
        const actions = dialplan.lineActions(line, true);
        if (actions === null) return "";
        const digits = line.number.slice(1);
        return serializeFragment(element("extension", { name: `line ${line.number}` }, [element("condition", { field: "destination_number", expression: `^(?:\\+|00)?${digits}$` }, actions)]));
      })
      .join("");
  }
}

/** Readable by its owner alone, and never half there: FreeSWITCH reads the old file or the new one. */
async function replaceFile(path: string, text: string): Promise<void> {
  const draft = `${path}.new`;
  await rm(draft, { force: true });
  const file = await open(draft, "wx", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}
