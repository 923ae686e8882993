import type { Directory } from "../people/index.js";
import type { DepartmentDirectory, DepartmentRecord } from "../queues/index.js";

export type DepartmentChange = { readonly type: "department.created" | "department.updated" | "department.removed"; readonly department: DepartmentRecord };

/** Finds out which departments have come, gone or changed, whichever process has changed them. */
export class DepartmentNews {
  readonly #directory: Pick<Directory, "organizations" | "departments"> & DepartmentDirectory;
  /** By organization and name, as last seen, with its JSON. */
  #known: ReadonlyMap<string, { readonly department: DepartmentRecord; readonly json: string }>;

  constructor(directory: Pick<Directory, "organizations" | "departments"> & DepartmentDirectory) {
    this.#directory = directory;
    this.#known = this.#read();
  }

  /** What has changed since the last time. */
  take(): readonly DepartmentChange[] {
    const before = this.#known;
    const now = (this.#known = this.#read());
    const changes: DepartmentChange[] = [];
    for (const [key, { department }] of before) if (!now.has(key)) changes.push({ type: "department.removed", department });
    for (const [key, { department, json }] of now) {
      const known = before.get(key);
      if (known?.json !== json) changes.push({ type: known === undefined ? "department.created" : "department.updated", department });
    }
    return changes;
  }

  #read(): ReadonlyMap<string, { readonly department: DepartmentRecord; readonly json: string }> {
    const all = this.#directory.organizations().flatMap(({ id }) => this.#directory.departments(id).flatMap((name) => this.#directory.department(id, name) ?? []));
    return new Map(all.map((department) => [`${department.organizationId}/${department.name}`, { department, json: JSON.stringify(department.settings) }]));
  }
}
