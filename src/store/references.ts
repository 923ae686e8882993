/** What settings point to must be there, and be the same organization's. */
import { and, eq } from "drizzle-orm";
import { invalid } from "../errors.js";
import type { ConfigTarget } from "../voice-app/index.js";
import { first } from "./rows.js";
import { agents, departments, trunks, voiceConfigs } from "./schema.js";
import type { Reader } from "./sqlite/engine.js";

export const agentNamed = (tx: Reader, organizationId: number, agentId: string) => first(tx.select({ id: agents.id }).from(agents).where(and(eq(agents.organizationId, organizationId), eq(agents.agentId, agentId))));
export const departmentNamed = (tx: Reader, organizationId: number, name: string) => first(tx.select({ id: departments.id }).from(departments).where(and(eq(departments.organizationId, organizationId), eq(departments.name, name))));
const configWith = (tx: Reader, organizationId: number, id: number) => first(tx.select({ id: voiceConfigs.id }).from(voiceConfigs).where(and(eq(voiceConfigs.organizationId, organizationId), eq(voiceConfigs.id, id))));
const trunkNamed = (tx: Reader, organizationId: number, name: string) => first(tx.select({ id: trunks.id }).from(trunks).where(and(eq(trunks.organizationId, organizationId), eq(trunks.name, name))));

const MISSING = { client: "agent", department: "department", config: "configuration" } as const;

/** Throws InvalidParameter naming the setting. */
export async function requireReference(tx: Reader, organizationId: number, { type, ...rest }: ConfigTarget, setting: string): Promise<void> {
  if (type !== "client" && type !== "department" && type !== "config") return;
  const to = "to" in rest ? rest.to : "";
  const found = type === "client" ? agentNamed(tx, organizationId, to) : type === "department" ? departmentNamed(tx, organizationId, to) : configWith(tx, organizationId, Number(to));
  if ((await found) === undefined) throw invalid(setting, `the organization has no ${MISSING[type]} ${to}.`);
}

/** Throws InvalidParameter. */
export async function requireDepartment(tx: Reader, organizationId: number, name: string, setting: string): Promise<void> {
  if ((await departmentNamed(tx, organizationId, name)) === undefined) throw invalid(setting, `the organization has no department ${name}.`);
}

/** Throws InvalidParameter. */
export async function requireTrunk(tx: Reader, organizationId: number, name: string): Promise<void> {
  if ((await trunkNamed(tx, organizationId, name)) === undefined) throw invalid("trunk", `the organization has no trunk ${name}.`);
}
