/** Configurations and phone lines, as an organization's administrators make them. */
import type { AuditEntry, AuditLog } from "../audit/index.js";
import { countryOfNumber } from "../dialling/index.js";
import { notFound } from "../errors.js";
import { organizationFor, type AccountDirectory, type Actor } from "../people/index.js";
import type { Expected, VoiceConfigChange, VoiceConfigRecord, VoiceConfigRepository, VoiceConfigSettings } from "./config.js";
import type { VoiceDirectory } from "./directory.js";
import type { NewPhoneLine, PhoneLineChange, PhoneLineRecord, PhoneLineRepository } from "./lines.js";

export interface ConfigurationPorts {
  readonly store: { readonly voiceConfigs: VoiceConfigRepository; readonly phoneLines: PhoneLineRepository };
  /** In memory; holds own writes as soon as they are done. */
  readonly voice: VoiceDirectory;
  readonly directory: Pick<AccountDirectory, "organization" | "organizationByDomain" | "organizations">;
  readonly audit: AuditLog;
}

export interface OwnNumber {
  readonly line: PhoneLineRecord;
  /** ISO 3166-1 alpha-2; null: its country is not known. */
  readonly country: string | null;
}

/**
 * Every method is about the actor's organization; root names one by its domain, or sees an object by its id: InvalidParameter (`domain`), NotFound. Another organization's object does
 * not exist. Every write is in the audit log. `isExpected` refuses a write to another version: PreconditionFailed.
 */
export class VoiceConfiguration {
  readonly #ports: ConfigurationPorts;

  constructor(ports: ConfigurationPorts) {
    this.#ports = ports;
  }

  /** All, by id. */
  configs(actor: Actor, domain?: string): readonly VoiceConfigRecord[] {
    return this.#ports.voice.configs(this.#organization(actor, domain));
  }

  /** Throws NotFound. */
  config(actor: Actor, id: string): VoiceConfigRecord {
    return this.#owned(actor, id, "configuration", (organizationId, number) => this.#ports.voice.config(organizationId, number));
  }

  /** Throws InvalidParameter and Conflict naming the field. */
  async createConfig(actor: Actor, name: string, settings: Partial<VoiceConfigSettings>, domain?: string): Promise<VoiceConfigRecord> {
    const organizationId = this.#organization(actor, domain);
    const made = await this.#ports.store.voiceConfigs.create(organizationId, name, settings);
    this.#note(actor, organizationId, "config.create", made.name);
    return made;
  }

  /** Sets what is given. Throws InvalidParameter and Conflict naming the field, NotFound. */
  async updateConfig(actor: Actor, id: string, change: VoiceConfigChange, isExpected?: Expected): Promise<VoiceConfigRecord> {
    const before = this.config(actor, id);
    const changed = await this.#ports.store.voiceConfigs.update(before.organizationId, before.id, change, isExpected);
    this.#note(actor, before.organizationId, "config.update", changed.name, { changed: Object.keys(change).join(",") });
    return changed;
  }

  /** Throws NotFound, InUse naming what points to it. */
  async removeConfig(actor: Actor, id: string, isExpected?: Expected): Promise<void> {
    const { organizationId, id: row, name } = this.config(actor, id);
    await this.#ports.store.voiceConfigs.remove(organizationId, row, isExpected);
    this.#note(actor, organizationId, "config.delete", name);
  }

  /** All, by number. */
  lines(actor: Actor, domain?: string): readonly PhoneLineRecord[] {
    return this.#ports.voice.lines(this.#organization(actor, domain));
  }

  /** Throws NotFound. */
  line(actor: Actor, id: string): PhoneLineRecord {
    return this.#owned(actor, id, "line", (organizationId, number) => this.#ports.voice.line(organizationId, number));
  }

  /** Throws InvalidParameter and Conflict naming the field. */
  async createLine(actor: Actor, line: Omit<NewPhoneLine, "organizationId">, domain?: string): Promise<PhoneLineRecord> {
    const organizationId = this.#organization(actor, domain);
    const made = await this.#ports.store.phoneLines.create({ ...line, organizationId });
    this.#note(actor, organizationId, "line.create", made.number, { targetType: made.targetType, target: made.target, recorded: made.recorded });
    return made;
  }

  /** Sets what is given. Throws InvalidParameter naming the field, NotFound. */
  async updateLine(actor: Actor, id: string, change: PhoneLineChange, isExpected?: Expected): Promise<PhoneLineRecord> {
    const before = this.line(actor, id);
    const changed = await this.#ports.store.phoneLines.update(before.organizationId, before.id, change, isExpected);
    this.#note(actor, before.organizationId, "line.update", changed.number, { changed: Object.keys(change).join(",") });
    return changed;
  }

  /** Throws NotFound. */
  async removeLine(actor: Actor, id: string, isExpected?: Expected): Promise<void> {
    const { organizationId, id: row, number } = this.line(actor, id);
    await this.#ports.store.phoneLines.remove(organizationId, row, isExpected);
    this.#note(actor, organizationId, "line.remove", number);
  }

  /** The organization's numbers of one country (ISO 3166-1 alpha-2, whatever its case), or all; by number. */
  numbers(actor: Actor, country: string | undefined, domain?: string): readonly OwnNumber[] {
    const all = this.lines(actor, domain).map((line) => ({ line, country: countryOfNumber(line.number) }));
    return country === undefined ? all : all.filter((each) => each.country === country.toUpperCase());
  }

  #organization(actor: Actor, domain: string | undefined): number {
    return organizationFor(this.#ports.directory, actor, domain).id;
  }

  #owned<T>(actor: Actor, id: string, what: string, find: (organizationId: number, id: number) => T | undefined): T {
    const organizations = actor.organizationId === null ? this.#ports.directory.organizations().map((each) => each.id) : [actor.organizationId];
    const number = /^[1-9][0-9]{0,14}$/.test(id) ? Number(id) : 0;
    for (const organizationId of organizations) {
      const found = find(organizationId, number);
      if (found !== undefined) return found;
    }
    throw notFound(`The ${what} ${id.slice(0, 32)}`);
  }

  #note(actor: Actor, organizationId: number, action: string, target: string, detail: AuditEntry["detail"] = {}): void {
    this.#ports.audit.append({ at: new Date(), organizationId, actor: actor.name, action, target, detail });
  }
}
