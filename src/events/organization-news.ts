/** What everybody of an organization is shown of it, and what has changed there. */
import type { Directory, Organization, OrganizationRecord } from "../people/index.js";
import type { DepartmentDirectory } from "../queues/index.js";
import type { OrganizationSettings } from "./resources.js";

type ShownOrganization = Organization & Pick<OrganizationRecord, "awayReasons">;

/** Knows the settings of the organizations. */
export interface OrganizationDirectory {
  organizations(): readonly ShownOrganization[];
}

type Departments = Pick<Directory, "departments"> & DepartmentDirectory;

export interface OrganizationChange {
  readonly organization: Pick<Organization, "id" | "name" | "domain">;
  readonly settings: OrganizationSettings;
}

/** The settings that everybody of the organization needs to know. */
export function settingsOf(directory: Departments, { id, supervisionVisible, awayReasons }: ShownOrganization): OrganizationSettings {
  const dispositions = directory.departments(id).flatMap((department): [string, readonly string[]][] => {
    const known = directory.department(id, department)?.settings.dispositions ?? [];
    return known.length === 0 ? [] : [[department, known]];
  });
  return { supervisionVisible, awayReasons, dispositions: Object.fromEntries(dispositions) };
}

/** Finds out which organizations have changed, whichever process has changed them. */
export class OrganizationNews {
  readonly #directory: Departments & OrganizationDirectory;
  /** By id, as last seen, as JSON. */
  #known: ReadonlyMap<number, string>;

  constructor(directory: Departments & OrganizationDirectory) {
    this.#directory = directory;
    this.#known = new Map(this.#read().map((each) => [each.organization.id, JSON.stringify(each)]));
  }

  /** Those that were there before and have changed since the last time. */
  take(): readonly OrganizationChange[] {
    const before = this.#known;
    const now = this.#read();
    this.#known = new Map(now.map((each) => [each.organization.id, JSON.stringify(each)]));
    return now.filter(({ organization: { id } }) => before.has(id) && before.get(id) !== this.#known.get(id));
  }

  #read(): readonly OrganizationChange[] {
    return this.#directory.organizations().map((organization) => {
      const { id, name, domain } = organization;
      return { organization: { id, name, domain }, settings: settingsOf(this.#directory, organization) };
    });
  }
}
