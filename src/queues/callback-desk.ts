/** The callbacks that callers have asked for, on behalf of who looks after them: agents see those of the departments whose queue they see, supervisors change them. */
import type { AuditLog } from "../audit/index.js";
import { CallplaneError, conflict } from "../errors.js";
import { assertWorksOn, departmentsListed, type DepartmentWorker, type Directory } from "../people/index.js";
import { present } from "../present.js";
import type { TimePage } from "../pages.js";
import type { CallbackFilter, CallbackRecord, CallbackStore } from "./ports.js";

export interface CallbackQuery extends Omit<CallbackFilter, "departments" | "numbers"> {
  readonly department?: string;
  /** However it is written. */
  readonly number?: string;
}

export interface CallbackEdit {
  readonly state?: "cancelled";
  readonly priority?: number;
  /** Not called before. */
  readonly dueAt?: Date;
}

export interface CallbackDeskPorts {
  readonly store: Pick<CallbackStore, "list" | "find" | "change">;
  readonly directory: Pick<Directory, "departments" | "servesDepartment">;
  /** Reads a number as the organization writes it; null: it is none. */
  readonly numbers: { read(organizationId: number | null, written: string): string | null };
  readonly audit: AuditLog;
  /** The callbacks are to be read again. */
  readonly changed: () => Promise<void>;
}

/** Every method checks who asks: NotFound for another organization's callback, Forbidden for an agent who does not see the department's queue. */
export class CallbackDesk {
  readonly #ports: CallbackDeskPorts;

  constructor(ports: CallbackDeskPorts) {
    this.#ports = ports;
  }

  /** `organizationId` null: of all. */
  async list(by: DepartmentWorker, organizationId: number | null, { department, number, ...filter }: CallbackQuery, page: TimePage): Promise<{ readonly items: readonly CallbackRecord[]; readonly total: number }> {
    const { store, directory, numbers } = this.#ports;
    const departments = departmentsListed(directory, by, organizationId, department);
    const wanted = number === undefined ? undefined : [numbers.read(organizationId, number) ?? number];
    return store.list(organizationId, { ...filter, ...present({ departments: departments ?? undefined, numbers: wanted }) }, page);
  }

  async get(by: DepartmentWorker, id: string): Promise<CallbackRecord> {
    return assertWorksOn(this.#ports.directory, by, "callback", id, await this.#ports.store.find(id));
  }

  /** Throws Conflict for one that is being called, is over, or is changed by somebody else meanwhile, and Forbidden for agents. */
  async update(by: DepartmentWorker, id: string, edit: CallbackEdit): Promise<CallbackRecord> {
    const { store, audit, changed } = this.#ports;
    const known = await this.get(by, id);
    if (by.role === "agent") throw new CallplaneError("Forbidden");
    if (known.state !== "waiting") throw conflict(known.state === "calling" ? `The callback ${id} is being called.` : `The callback ${id} is over: ${known.state}.`);
    if (!(await store.change(known, edit))) throw conflict(`The callback ${id} has been changed meanwhile.`);
    const { organizationId, department, number } = known;
    audit.append({ at: new Date(), organizationId, actor: by.name, action: edit.state === "cancelled" ? "callback.cancel" : "callback.update", target: id, detail: { department, number, changed: Object.keys(edit).join(",") } });
    await changed();
    return { ...known, ...edit };
  }
}
