import { eq } from "drizzle-orm";
import type { ConferenceBook, KeptConference } from "../twiml/index.js";
import { programConferences } from "./schema.js";
import { Repository } from "./sqlite/repository.js";

export class SqliteProgramConferences extends Repository implements ConferenceBook {
  async open(): Promise<readonly KeptConference[]> {
    return (await this.engine.read(async (db) => db.select().from(programConferences))).map(({ sid, organizationId, standing }) => ({ sid, organizationId, ...standing }));
  }

  async put({ sid, organizationId, ...standing }: KeptConference): Promise<void> {
    await this.engine.write(async (tx) => tx.insert(programConferences).values({ sid, organizationId, standing }).onConflictDoUpdate({ target: programConferences.sid, set: { standing } }));
  }

  async remove(sid: string): Promise<void> {
    await this.engine.write(async (tx) => tx.delete(programConferences).where(eq(programConferences.sid, sid)));
  }
}
