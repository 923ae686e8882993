/** How an organization and the outside reach each other: trunks, and the phone lines of voice-app/. */
export type { NewPhoneLine, PhoneLineRecord, PhoneLineRepository } from "../voice-app/index.js";

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

export type TrunkChange = Partial<Omit<NewTrunk, "organizationId" | "name">>;

export interface TrunkRepository {
  /** Throws InvalidParameter naming the field, NotFound for the organization, Conflict when the name is in use anywhere. */
  create(input: NewTrunk): Promise<TrunkRecord>;
  /** Sets what is given. Throws InvalidParameter naming the field, NotFound. */
  update(organizationId: number, name: string, change: TrunkChange): Promise<TrunkRecord>;
  /** Throws NotFound, InUse while an organization's dial string or a phone line goes by it. `seenBy`: the organization whose objects alone are named; null: all are. */
  remove(organizationId: number, name: string, seenBy: number | null): Promise<void>;
  list(organizationId?: number): Promise<readonly TrunkRecord[]>;
  /** All of them. Never leaves the provisioning room. */
  secrets(): Promise<readonly TrunkSecret[]>;
}
