import { and, eq } from "drizzle-orm";
import { CallplaneError, invalid, notFound } from "../errors.js";
import { present } from "../present.js";
import { first, returned } from "./rows.js";
import { requireOrganization } from "./home.js";
import { Repository } from "./sqlite/repository.js";
import { refuseTrunkInUse } from "./in-use.js";
import { networkList, trunkAccount, trunkProxy } from "../provisioning/index.js";
import { gatewayName } from "./input.js";
import { trunks } from "./schema.js";
import type { NewTrunk, TrunkChange, TrunkRecord, TrunkRepository, TrunkSecret } from "./types.js";

const toRecord = ({ password: _, ...shown }: typeof trunks.$inferSelect): TrunkRecord => shown;

export class SqliteTrunks extends Repository implements TrunkRepository {
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
    const row = await this.engine.write(async (tx) => {
      await requireOrganization(tx, organizationId);
      if ((await first(tx.select().from(trunks).where(eq(trunks.name, values.name)))) !== undefined) throw new CallplaneError("Conflict", `name: The name ${values.name} is in use already.`, { parameter: "name" });
      return returned(tx.insert(trunks).values(values).returning());
    });
    return toRecord(row);
  }

  async update(organizationId: number, name: string, { proxy, username, password, register, networks }: TrunkChange): Promise<TrunkRecord> {
    const values = present({
      proxy: proxy === undefined ? undefined : trunkProxy(proxy),
      username: username === undefined ? undefined : trunkAccount(username, "username"),
      password: password === undefined ? undefined : trunkAccount(password, "password"),
      register,
      networks: networks === undefined ? undefined : networkList(networks),
    });
    const own = and(eq(trunks.organizationId, organizationId), eq(trunks.name, name));
    return this.engine.write(async (tx) => {
      if (Object.keys(values).length > 0) await tx.update(trunks).set(values).where(own);
      const row = await first(tx.select().from(trunks).where(own));
      if (row === undefined) throw notFound(`The trunk ${name}`);
      if (row.register && (row.username === "" || row.password === "")) throw invalid("register", "needs a username and a password.");
      return toRecord(row);
    });
  }

  async remove(organizationId: number, name: string, seenBy: number | null): Promise<void> {
    const own = and(eq(trunks.organizationId, organizationId), eq(trunks.name, name));
    await this.engine.write(async (tx) => {
      if ((await first(tx.select({ id: trunks.id }).from(trunks).where(own))) === undefined) throw notFound(`The trunk ${name}`);
      await refuseTrunkInUse(tx, name, { seenBy });
      await tx.delete(trunks).where(own);
    });
  }

  async list(organizationId?: number): Promise<readonly TrunkRecord[]> {
    const own = organizationId === undefined ? undefined : eq(trunks.organizationId, organizationId);
    return (await this.engine.read(async (db) => db.select().from(trunks).where(own).orderBy(trunks.organizationId, trunks.name))).map(toRecord);
  }

  async secrets(): Promise<readonly TrunkSecret[]> {
    return this.engine.read(async (db) => db.select().from(trunks).orderBy(trunks.name));
  }
}
