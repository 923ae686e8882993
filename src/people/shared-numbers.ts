/** Numbers that everybody of an organization finds in its directory. */
export interface SharedNumber {
  readonly id: number;
  readonly organizationId: number;
  readonly name: string;
  /** E.164, or a short number. */
  readonly number: string;
  readonly createdAt: Date;
}

/** Those of all organizations, in memory. */
export interface SharedNumbers {
  /** In the order in which they were made. */
  sharedNumbers(organizationId: number): readonly SharedNumber[];
}

export interface SharedNumberRepository {
  /** Throws InvalidParameter naming the field, NotFound for the organization, Conflict when it has as many as it may. */
  create(input: { readonly organizationId: number; readonly name: string; readonly number: string }): Promise<SharedNumber>;
  /** Throws InvalidParameter naming the field, NotFound. */
  update(organizationId: number, id: number, change: { readonly name?: string; readonly number?: string }): Promise<SharedNumber>;
  /** Throws NotFound. */
  remove(organizationId: number, id: number): Promise<void>;
  /** Of one organization, or of all; in the order in which they were made. */
  list(organizationId?: number): Promise<readonly SharedNumber[]>;
}
