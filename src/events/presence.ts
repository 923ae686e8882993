/** Gathers what changes in the directories, and tells each organization's agents of it once a second at most. */
import type { AgentChange } from "../agents/index.js";
import type { Directory, SharedNumbers } from "../people/index.js";
import type { DepartmentReport } from "../queues/index.js";
import { contactOfAgent, contactOfDepartment, contactOfNumber, type Contact } from "./contacts.js";

export interface PresenceChange {
  readonly items: readonly Contact[];
  readonly removed: readonly Pick<Contact, "type" | "id">[];
}

/** An organization's directory as it was told, and what has changed since. */
interface Page {
  /** By type and id, as JSON. Bounded by the directory's agents, departments and numbers. */
  readonly told: Map<string, string>;
  /** By type and id; null: removed. Bounded by the directory's entries, for a second. */
  readonly changed: Map<string, Contact | null>;
}

const keyOf = ({ type, id }: Pick<Contact, "type" | "id">): string => `${type}/${id}`;
/** A growing wait alone is no change. */
const jsonOf = (contact: Contact): string => JSON.stringify({ ...contact, longestWaitS: null });

export class Presence {
  readonly #directory: Pick<Directory, "organizations" | "departments"> & SharedNumbers;
  /** By organization. Bounded by the organizations of the directory: those that are gone leave. */
  readonly #pages = new Map<number, Page>();
  #numbers: ReadonlyMap<string, { readonly organizationId: number; readonly contact: Contact }>;

  constructor(directory: Pick<Directory, "organizations" | "departments"> & SharedNumbers) {
    this.#directory = directory;
    this.#numbers = this.#readNumbers();
  }

  agent({ type, organizationId, agent }: AgentChange): void {
    this.#page(organizationId).changed.set(keyOf({ type: "agent", id: agent.id }), type === "agent.removed" ? null : contactOfAgent(agent));
  }

  department({ organizationId, department, figures }: DepartmentReport): void {
    if (this.#directory.departments(organizationId).includes(department)) this.#page(organizationId).changed.set(keyOf({ type: "department", id: department }), contactOfDepartment(department, figures));
  }

  departmentRemoved(organizationId: number, name: string): void {
    this.#page(organizationId).changed.set(keyOf({ type: "department", id: name }), null);
  }

  /** The accounts were read anew. */
  numbersChanged(): void {
    const before = this.#numbers;
    const now = (this.#numbers = this.#readNumbers());
    for (const [key, { organizationId, contact }] of before) if (!now.has(key)) this.#page(organizationId).changed.set(keyOf(contact), null);
    for (const [key, { organizationId, contact }] of now) if (jsonOf(before.get(key)?.contact ?? { ...contact, name: "" }) !== jsonOf(contact)) this.#page(organizationId).changed.set(keyOf(contact), contact);
  }

  /** What has changed since the last time, by organization. */
  take(): readonly (PresenceChange & { readonly organizationId: number })[] {
    const organizations = new Set(this.#directory.organizations().map(({ id }) => id));
    return [...this.#pages].flatMap(([organizationId, { told, changed }]) => {
      if (!organizations.has(organizationId)) {
        this.#pages.delete(organizationId);
        return [];
      }
      const items: Contact[] = [];
      const removed: Pick<Contact, "type" | "id">[] = [];
      for (const [key, contact] of changed) {
        if (contact === null) {
          told.delete(key);
          const [type, ...id] = key.split("/");
          if (type === "agent" || type === "department" || type === "number") removed.push({ type, id: id.join("/") });
        } else if (told.get(key) !== jsonOf(contact)) {
          told.set(key, jsonOf(contact));
          items.push(contact);
        }
      }
      changed.clear();
      return items.length + removed.length === 0 ? [] : [{ organizationId, items, removed }];
    });
  }

  #page(organizationId: number): Page {
    let page = this.#pages.get(organizationId);
    if (page === undefined) this.#pages.set(organizationId, (page = { told: new Map(), changed: new Map() }));
    return page;
  }

  #readNumbers(): ReadonlyMap<string, { readonly organizationId: number; readonly contact: Contact }> {
    const all = this.#directory.organizations().flatMap(({ id }) => this.#directory.sharedNumbers(id));
    return new Map(all.map((number) => [String(number.id), { organizationId: number.organizationId, contact: contactOfNumber(number) }]));
  }
}
