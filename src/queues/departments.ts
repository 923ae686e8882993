/** Departments as they are kept. */
import type { DepartmentSettings } from "./settings.js";

/** A department with its settings, those that nobody set by default. */
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
  /**
   * Settings of before sounds were chosen by name hold paths: `nameOf` gives the name that stands for one from now on. Gives those for which it has none;
   * they stay as they are, and are read as if they were not set.
   */
  nameSounds(nameOf: (organizationId: number, path: string) => string | null): Promise<readonly ForeignSound[]>;
}

/** A setting whose sound is not the organization's. */
export interface ForeignSound {
  readonly organizationId: number;
  readonly department: string;
  readonly setting: string;
  readonly sound: string;
}
