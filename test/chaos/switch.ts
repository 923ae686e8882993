/** The FreeSWITCH of a run, with the people at its far ends. */
import type { PartyBehaviour } from "../lab/types.js";
import type { Organization } from "./people.js";

/** A row of `show channels as json`. */
export type Row = Readonly<Record<string, string>>;

export interface Phone {
  readonly organization: Organization;
  readonly extension: string;
  /** As the API gave it; a simulated phone needs none. */
  readonly sip: { readonly user: string; readonly domain: string; readonly password: string };
}

export interface ChaosSwitch {
  readonly kind: "simulated" | "real";
  readonly eslPort: number;
  readonly eslPassword: string;
  readonly trunkProxy: string;
  /** Where two Callplanes may listen for it; null when it does not ask. */
  readonly provisioning: readonly [string, string] | null;
  /** What Callplane must be told besides. */
  readonly environment: Readonly<Record<string, string>>;
  /** Resolves when the phones are registered. */
  addPhones(phones: readonly Phone[]): Promise<void>;
  behave(phone: { readonly organization: Organization; readonly extension: string }, behaviour: PartyBehaviour): void;
  /** A customer calls a line. */
  callIn(from: string, organization: Organization, target: string): Promise<void>;
  /** A phone dials by itself. */
  dial(phone: { readonly organization: Organization; readonly extension: string }, number: string): Promise<void>;
  /** The far end ends all its calls; nothing when it has none. */
  hangUp(party: string): Promise<void>;
  press(party: string, digits: string): Promise<void>;
  /** How such a phone is named among the parties. */
  readonly partyOf: (phone: { readonly organization: Organization; readonly extension: string }) => string;
  rows(): Promise<readonly Row[]>;
  /** Whether music, or anything that is nobody's voice, is played to the far end. */
  readonly hearsMusic: (party: string) => Promise<boolean>;
  /** Its process stands still. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Its process ends and starts again; calls are lost. */
  restart(): Promise<void>;
  close(): Promise<void>;
}
