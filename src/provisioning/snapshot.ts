/**
 * The directory and the inbound lines as files that FreeSWITCH includes in its own configuration, for the time when nobody answers it.
 * One password for a user is all that such a file can hold: one-time passwords are not in it.
 */
import { open, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as yieldToOthers } from "node:timers/promises";
import type { Logger } from "../calls/logger.js";
import { element, serializeFragment } from "../freeswitch/xml/index.js";
import type { Organization } from "../calls/ports.js";
import type { AgentRecord } from "../store/types.js";
import type { DialplanSection } from "./dialplan-section.js";
import { domainElement, userElement } from "./directory-section.js";
import type { ProvisioningIndex } from "./index-of-secrets.js";
import type { ProvisioningDirectory } from "./ports.js";

/** Users serialized before others have their turn, which takes about 10 ms. */
const USERS_AT_ONCE = 100;

export interface SnapshotOptions {
  /** Made (mode 0700) when it is not there. */
  readonly folder: string;
  readonly directory: ProvisioningDirectory;
  readonly index: ProvisioningIndex;
  readonly dialplan: DialplanSection;
  readonly nobodysHash: string;
  readonly logger: Logger;
  /** Called when the files have changed. */
  readonly changed: () => void;
}

interface KnownUser {
  readonly key: string;
  readonly text: string;
}

export class Snapshot {
  readonly #options: SnapshotOptions;
  #users = new Map<number, KnownUser>();
  #writing: Promise<void> = Promise.resolve();
  #waiting: Promise<void> | null = null;
  #last = "";
  #closed = false;

  constructor(options: SnapshotOptions) {
    this.#options = options;
  }

  /** Writes what changed; a removed or re-keyed phone is waited for, anything else goes on behind. Never rejects. */
  async update(): Promise<void> {
    const purge = this.#losesSomebody();
    const done = this.#soon();
    if (purge) await done;
  }

  /** Waits for what is being written. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#writing;
  }

  /** Several changes that wait for their turn are one write. */
  #soon(): Promise<void> {
    this.#waiting ??= this.#writing.then(async () => {
      this.#waiting = null;
      if (this.#closed) return;
      try {
        await this.#write();
      } catch (error) {
        this.#options.logger.error({ err: error, folder: this.#options.folder }, "the snapshot of the directory could not be written; FreeSWITCH keeps the one before");
      }
    });
    this.#writing = this.#waiting;
    return this.#waiting;
  }

  #losesSomebody(): boolean {
    const now = new Map<number, string>();
    for (const [organization, agent] of this.#everybody()) now.set(agent.id, this.#key(organization, agent));
    return [...this.#users].some(([id, { key }]) => now.get(id) !== key);
  }

  *#everybody(): Iterable<[Organization, AgentRecord]> {
    const { directory } = this.#options;
    for (const organization of directory.organizations()) for (const agent of directory.agentRecords(organization.id)) yield [organization, agent];
  }

  #hash = (agent: AgentRecord): string => this.#options.index.hashes(agent.id)?.own ?? this.#options.nobodysHash;
  #key = (organization: Organization, agent: AgentRecord): string => JSON.stringify([organization.domain, organization.name, agent.extension, agent.name, this.#hash(agent)]);

  async #write(): Promise<void> {
    const { folder } = this.#options;
    const files = { "directory.xml": await this.#directoryText(), "public.xml": this.#publicText() };
    const all = JSON.stringify(files);
    if (all === this.#last) return;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const [name, text] of Object.entries(files)) await replaceFile(join(folder, name), text);
    this.#last = all;
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
        const key = this.#key(organization, agent);
        let user = this.#users.get(agent.id);
        if (user?.key !== key) {
          user = { key, text: serializeFragment(userElement(organization, agent, this.#hash(agent))) };
          if (++made % USERS_AT_ONCE === 0) await yieldToOthers();
        }
        known.set(agent.id, user);
        users.push(user.text);
      }
      const domain = serializeFragment(domainElement(organization, []));
      const end = domain.lastIndexOf("</domain>");
      parts.push(domain.slice(0, end), "<users>\n", ...users, "</users>\n", domain.slice(end));
    }
    this.#users = known;
    return parts.join("");
  }

  #publicText(): string {
    const { dialplan, index } = this.#options;
    return index
      .lines()
      .map((line) => {
        const actions = dialplan.lineActions(line);
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
