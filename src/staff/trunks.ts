/** Trunks, with what each FreeSWITCH says of their gateways. */
import { notFound } from "../errors.js";
import type { GatewayState, NewTrunk, TrunkChange, TrunkRecord } from "../provisioning/index.js";
import { own, unit, type AdministrationStore, type Administrator } from "./administration.js";

export type GatewayStates = (name: string) => Promise<readonly GatewayState[]>;

export class TrunkAdministration {
  readonly #store: AdministrationStore;
  /** Asks every FreeSWITCH, and rejects for none. */
  readonly states: GatewayStates;

  constructor(store: AdministrationStore, states: GatewayStates = async () => []) {
    this.#store = store;
    this.states = states;
  }

  /** By organization and name; of all for null. */
  list(organizationId: number | null): Promise<readonly TrunkRecord[]> {
    return organizationId === null ? this.#store.trunks.list() : this.#store.trunks.list(organizationId);
  }

  /** Throws NotFound. */
  async get(by: Administrator, name: string): Promise<TrunkRecord> {
    return own(by, (await this.list(by.organizationId)).find((trunk) => trunk.name === name), `The trunk ${name}`);
  }

  /** Throws InvalidParameter naming the field, Conflict for a name that is taken. */
  async create(by: Administrator, input: NewTrunk): Promise<TrunkRecord> {
    return unit(this.#store, by, async (tx, note) => {
      const made = await tx.trunks.create(input);
      await note(made.organizationId, "trunk.create", made.name, { proxy: made.proxy, register: made.register });
      return made;
    });
  }

  /** Sets what is given; another proxy, user name or password takes effect by registering anew. Throws InvalidParameter naming the field, NotFound. */
  async update(by: Administrator, name: string, change: TrunkChange): Promise<TrunkRecord> {
    const { organizationId } = await this.get(by, name);
    return unit(this.#store, by, async (tx, note) => {
      const changed = await tx.trunks.update(organizationId, name, change);
      await note(organizationId, "trunk.update", name, { changed: Object.keys(change).join(",") });
      return changed;
    });
  }

  /** Its calls go on. Throws NotFound, InUse while a dial string or a phone line goes by it. */
  async remove(by: Administrator, name: string, organizationId?: number): Promise<void> {
    const home = organizationId ?? (await this.get(by, name)).organizationId;
    if (by.organizationId !== null && home !== by.organizationId) throw notFound(`The trunk ${name}`);
    await unit(this.#store, by, async (tx, note) => {
      await tx.trunks.remove(home, name, by.organizationId);
      await note(home, "trunk.remove", name);
    });
  }
}
