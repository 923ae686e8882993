import type { DepartmentSettings } from "./settings.js";

/** A department with its settings; unset ones have their defaults. */
export interface DepartmentRecord {
  readonly organizationId: number;
  readonly name: string;
  readonly settings: DepartmentSettings;
}

export interface DepartmentRepository {
  /** Throws InvalidParameter (`name`), NotFound for the organization, Conflict when it exists. */
  create(organizationId: number, name: string, settings: Partial<DepartmentSettings>): Promise<DepartmentRecord>;
  /** Sets what is given. Throws NotFound. */
  update(organizationId: number, name: string, settings: Partial<DepartmentSettings>): Promise<DepartmentRecord>;
  /** Throws NotFound. */
  remove(organizationId: number, name: string): Promise<void>;
  list(organizationId?: number): Promise<readonly DepartmentRecord[]>;
  /** Replaces paths in old settings by the names that `nameOf` returns. Returns those without a name: they stay, and are read as if they were not set. */
  nameSounds(nameOf: (organizationId: number, path: string) => string | null): Promise<readonly ForeignSound[]>;
}

/** A setting whose sound is not the organization's. */
export interface ForeignSound {
  readonly organizationId: number;
  readonly department: string;
  readonly setting: string;
  readonly sound: string;
}

/** The departments in memory, besides the accounts. */
export interface DepartmentDirectory {
  department(organizationId: number, name: string): DepartmentRecord | undefined;
}
