import type { Engine } from "./engine.js";
import { groupBy } from "./group.js";
import { phoneLines } from "./schema.js";

/** The numbers of every organization's phone lines, by its id. */
export async function ownNumbers({ db }: Engine): Promise<ReadonlyMap<number, readonly string[]>> {
  const lines = db.select({ organizationId: phoneLines.organizationId, number: phoneLines.number }).from(phoneLines).orderBy(phoneLines.id).all();
  return new Map([...groupBy(lines, ({ organizationId }) => organizationId)].map(([id, own]) => [id, own.map(({ number }) => number)]));
}
