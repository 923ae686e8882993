/** An organization's directory: its agents, departments and shared numbers, with who is free. */
import type { AgentService } from "../agents/index.js";
import type { AuditLog } from "../audit/index.js";
import { CONTACT_TYPES, contactOfAgent, contactOfDepartment, contactOfNumber, type Contact } from "../events/index.js";
import { invalid } from "../errors.js";
import { organizationFor, type AccountDirectory, type Actor, type SharedNumber, type SharedNumberRepository, type SharedNumbers } from "../people/index.js";
import type { QueueService } from "../queues/index.js";

export interface ContactsDependencies {
  readonly store: { readonly sharedNumbers: SharedNumberRepository };
  readonly directory: AccountDirectory & SharedNumbers;
  readonly agents: Pick<AgentService, "shown">;
  readonly queues: Pick<QueueService, "figures">;
  readonly audit: AuditLog;
}

export interface ContactQuery {
  /** In the name, the id, the extension or the number, whatever its case. */
  readonly q?: string;
  readonly type?: Contact["type"];
  readonly limit?: number;
  readonly cursor?: string;
  readonly domain?: string;
}

const DEFAULT_LIMIT = 100;

/** What is looked through and sorted before the page is made. */
interface Entry {
  readonly type: Contact["type"];
  readonly id: string;
  readonly words: string;
  readonly contact: () => Contact | null;
}

/** Agents, then departments, then numbers: a place does not depend on names that change. */
const placeOf = ({ type, id }: Pick<Entry, "type" | "id">): string => `${CONTACT_TYPES.indexOf(type)}${id}`;

export class Contacts {
  readonly #dependencies: ContactsDependencies;

  constructor(dependencies: ContactsDependencies) {
    this.#dependencies = dependencies;
  }

  /** Throws InvalidParameter (`domain`, `cursor`), NotFound. */
  list(actor: Actor, { q, type, limit = DEFAULT_LIMIT, cursor, domain }: ContactQuery): { readonly items: readonly Contact[]; readonly total: number; readonly next: string | null } {
    const { id } = organizationFor(this.#dependencies.directory, actor, domain);
    const wanted = q?.toLowerCase().trim() ?? "";
    const found = this.#entries(id).filter((entry) => (type === undefined || entry.type === type) && (wanted === "" || entry.words.includes(wanted)));
    const sorted = found.map((entry) => ({ entry, place: placeOf(entry) })).sort((a, b) => (a.place < b.place ? -1 : 1));
    const last = cursor === undefined ? null : decode(cursor);
    const rest = last === null ? sorted : sorted.filter(({ place }) => place > last);
    const page = rest.slice(0, limit);
    const end = page.at(-1);
    return { items: page.flatMap(({ entry }) => entry.contact() ?? []), total: found.length, next: end === undefined || page.length === rest.length ? null : encode(end.place) };
  }

  /** Throws InvalidParameter (`domain`), NotFound. */
  numbers(actor: Actor, domain?: string): readonly SharedNumber[] {
    const { directory } = this.#dependencies;
    return directory.sharedNumbers(organizationFor(directory, actor, domain).id);
  }

  /** Throws InvalidParameter naming the field, NotFound, Conflict. */
  async createNumber(actor: Actor, input: { readonly name: string; readonly number: string }, domain?: string): Promise<SharedNumber> {
    const { store, directory } = this.#dependencies;
    const made = await store.sharedNumbers.create({ ...input, organizationId: organizationFor(directory, actor, domain).id });
    this.#note(actor, made.organizationId, "directory.create", made.number);
    return made;
  }

  /** Throws InvalidParameter naming the field, NotFound. */
  async updateNumber(actor: Actor, id: string, change: { readonly name?: string; readonly number?: string }, domain?: string): Promise<SharedNumber> {
    const { store, directory } = this.#dependencies;
    const changed = await store.sharedNumbers.update(organizationFor(directory, actor, domain).id, Number(id), change);
    this.#note(actor, changed.organizationId, "directory.update", changed.number);
    return changed;
  }

  /** Throws NotFound. */
  async removeNumber(actor: Actor, id: string, domain?: string): Promise<void> {
    const { store, directory } = this.#dependencies;
    const organization = organizationFor(directory, actor, domain);
    await store.sharedNumbers.remove(organization.id, Number(id));
    this.#note(actor, organization.id, "directory.delete", id);
  }

  #entries(organizationId: number): readonly Entry[] {
    const { directory, agents, queues } = this.#dependencies;
    const words = (...all: readonly string[]): string => all.join("\n").toLowerCase();
    return [
      ...directory.agents(organizationId).map(({ agentId, name, extension }): Entry => ({
        type: "agent",
        id: agentId,
        words: words(agentId, name, extension),
        contact: () => {
          const view = agents.shown(organizationId, agentId);
          return view === null ? null : contactOfAgent(view);
        },
      })),
      ...directory.departments(organizationId).map((name): Entry => ({ type: "department", id: name, words: words(name), contact: () => contactOfDepartment(name, queues.figures(organizationId, name)) })),
      ...directory.sharedNumbers(organizationId).map((number): Entry => ({ type: "number", id: String(number.id), words: words(number.name, number.number), contact: () => contactOfNumber(number) })),
    ];
  }

  #note(actor: Actor, organizationId: number, action: string, target: string): void {
    this.#dependencies.audit.append({ at: new Date(), organizationId, actor: actor.name, action, target, detail: {} });
  }
}

const encode = (place: string): string => `d${Buffer.from(place).toString("base64url")}`;

function decode(cursor: string): string {
  const encoded = /^d([A-Za-z0-9_-]+)$/.exec(cursor)?.[1];
  if (encoded === undefined) throw invalid("cursor", "is not one that a list gave.");
  return Buffer.from(encoded, "base64url").toString();
}
