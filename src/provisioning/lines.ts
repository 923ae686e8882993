/** How an organization and the outside reach each other: phone lines and trunks. */

/** A number by which the outside reaches an organization, and where its calls go. */
export interface PhoneLineRecord {
  readonly id: number;
  readonly organizationId: number;
  /** E.164 with its `+`; one organization's alone. */
  readonly number: string;
  readonly name: string;
  readonly targetType: "client" | "department";
  /** An agent id or a department's name. */
  readonly target: string;
  readonly recorded: boolean;
  readonly createdAt: Date;
}

export interface NewPhoneLine {
  readonly organizationId: number;
  readonly number: string;
  readonly name?: string;
  readonly targetType: "client" | "department";
  readonly target: string;
  readonly recorded?: boolean;
}

export interface PhoneLineRepository {
  /** Throws InvalidParameter (`number`, `name`, `target`), NotFound for the organization, Conflict when the number is in use anywhere. */
  create(input: NewPhoneLine): Promise<PhoneLineRecord>;
  /** Throws NotFound. */
  remove(organizationId: number, number: string): Promise<void>;
  list(organizationId?: number): Promise<readonly PhoneLineRecord[]>;
  /** Every organization's own numbers, by its id; the oldest first. */
  ownNumbers(): Promise<ReadonlyMap<number, readonly string[]>>;
}

/** A gateway of mod_sofia. */
export interface TrunkRecord {
  readonly id: number;
  readonly organizationId: number;
  /** The gateway's name in FreeSWITCH, unique across organizations. */
  readonly name: string;
  readonly proxy: string;
  readonly username: string;
  readonly register: boolean;
  /** Networks (CIDR) from which its calls come. */
  readonly networks: readonly string[];
  readonly createdAt: Date;
}

/** With the password, which FreeSWITCH must give to the provider. */
export interface TrunkSecret extends TrunkRecord {
  readonly password: string;
}

export interface NewTrunk {
  readonly organizationId: number;
  readonly name: string;
  readonly proxy: string;
  readonly username?: string;
  readonly password?: string;
  readonly register?: boolean;
  readonly networks?: readonly string[];
}

export interface TrunkRepository {
  /** Throws InvalidParameter naming the field, NotFound for the organization, Conflict when the name is in use anywhere. */
  create(input: NewTrunk): Promise<TrunkRecord>;
  /** Throws NotFound, InUse while an organization's dial string goes by it. */
  remove(organizationId: number, name: string): Promise<void>;
  list(organizationId?: number): Promise<readonly TrunkRecord[]>;
  /** All of them. Never leaves the provisioning room. */
  secrets(): Promise<readonly TrunkSecret[]>;
}
