import { and, eq } from "drizzle-orm";
import { CallplaneError, notFound } from "../errors.js";
import { IMMEDIATE } from "./engine.js";
import type { Engine } from "./engine.js";
import { gatewayName, networkList, trunkAccount, trunkProxy } from "./input.js";
import { organizations, trunks } from "./schema.js";
import type { NewTrunk, TrunkRecord, TrunkRepository, TrunkSecret } from "./types.js";

const toRecord = ({ password: _, ...shown }: typeof trunks.$inferSelect): TrunkRecord => shown;

export class SqliteTrunks implements TrunkRepository {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async create(input: NewTrunk): Promise<TrunkRecord> {
    const { organizationId, username = "", password = "", register = false, networks = [] } = input;
    const values = {
      organizationId,
      name: gatewayName(input.name),
      proxy: trunkProxy(input.proxy),
      username: trunkAccount(username, "username"),
      password: trunkAccount(password, "password"),
      register,
      networks: networkList(networks),
      createdAt: new Date(),
    };
    const row = this.#engine.db.transaction((tx) => {
      if (tx.select().from(organizations).where(eq(organizations.id, organizationId)).get() === undefined) throw notFound("The organization");
      if (tx.select().from(trunks).where(eq(trunks.name, values.name)).get() !== undefined) throw new CallplaneError("Conflict", `name: The name ${values.name} is in use already.`, { parameter: "name" });
      return tx.insert(trunks).values(values).returning().get();
    }, IMMEDIATE);
    await this.#engine.written({ kind: "accounts" });
    return toRecord(row);
  }

  async remove(organizationId: number, name: string): Promise<void> {
    const gone = this.#engine.db.delete(trunks).where(and(eq(trunks.organizationId, organizationId), eq(trunks.name, name))).run();
    if (gone.changes === 0) throw notFound(`The trunk ${name}`);
    await this.#engine.written({ kind: "accounts" });
  }

  async list(organizationId?: number): Promise<readonly TrunkRecord[]> {
    const query = this.#engine.db.select().from(trunks);
    return (organizationId === undefined ? query : query.where(eq(trunks.organizationId, organizationId))).orderBy(trunks.organizationId, trunks.name).all().map(toRecord);
  }

  async secrets(): Promise<readonly TrunkSecret[]> {
    return this.#engine.db.select().from(trunks).orderBy(trunks.name).all();
  }
}
