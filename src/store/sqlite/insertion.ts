import { sql } from "drizzle-orm";

/** The order in which the rows of a table came, for rows of one moment. */
export const insertion = sql`rowid`;
