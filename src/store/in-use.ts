/** What points to something: removing it is refused then, and whoever would remove it can ask before. */
import { and, eq, inArray, ne, notInArray, or } from "drizzle-orm";
import { CallplaneError, type UsedBy } from "../errors.js";
import { pointsTo, targetsOf, voiceConfigSettings } from "../voice-app/index.js";
import { agentDepartments, agents, callbacks, departments, organizations, phoneLines, trunks, voiceConfigs } from "./schema.js";
import type { Reader } from "./sqlite/engine.js";
import { Repository } from "./sqlite/repository.js";
import type { Pointed, PointerReader } from "./types.js";

const SHOWN = 5;
/** How many pointers a refusal names for programs. */
const MAX_USED_BY = 100;
const NO_ORGANIZATION = -1;
/** The organization whose objects may be named to whoever asks; null: all. */
type SeenBy = number | null;

/** What points to something: a sentence's part, and the objects. */
interface Pointers {
  readonly words: readonly string[];
  readonly usedBy: readonly UsedBy[];
}

/** `the agents 1, 2 and 3 more`; nothing for no names. `ids`: where objects are not told by their names. */
function named(type: UsedBy["type"], one: string, many: string, names: readonly string[], ids: readonly string[] = names): Pointers {
  if (names.length === 0) return { words: [], usedBy: [] };
  const rest = names.length - SHOWN;
  return { words: [`${names.length === 1 ? one : many} ${names.slice(0, SHOWN).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`], usedBy: ids.map((id) => ({ type, id })) };
}

function refuse(what: string, pointers: readonly Pointers[]): void {
  const words = pointers.flatMap((each) => each.words);
  if (words.length > 0) throw new CallplaneError("InUse", `${what} is in use: ${words.join("; ")}.`, { usedBy: pointers.flatMap(({ usedBy }) => usedBy).slice(0, MAX_USED_BY) });
}

interface Named {
  readonly id: number;
  readonly name: string;
}

/** The configurations that send callers to it; one may send them to itself (`except`). */
async function configsTo(tx: Reader, organizationId: number, type: "client" | "department" | "config", to: string, except: string | null = null): Promise<Pointers> {
  const all = await tx.select({ id: voiceConfigs.id, name: voiceConfigs.name, settings: voiceConfigs.settings }).from(voiceConfigs).where(eq(voiceConfigs.organizationId, organizationId)).orderBy(voiceConfigs.name);
  return configs(all.filter(({ id, settings }) => String(id) !== except && targetsOf(voiceConfigSettings(settings)).some(([, target]) => pointsTo(target, type, to))));
}

const configs = (found: readonly Named[]): Pointers => named("config", "the configuration", "the configurations", found.map(({ name }) => name), found.map(({ id }) => String(id)));
const lines = (found: readonly { readonly id: number; readonly number: string }[]): Pointers => named("line", "the phone line", "the phone lines", found.map(({ number }) => number), found.map(({ id }) => String(id)));

/** For departments that are removed together: pointers among them do not count. Throws InUse naming what points to them. */
export async function refuseDepartmentsInUse(tx: Reader, organizationId: number, names: readonly string[]): Promise<void> {
  for (const name of names) refuse(`The department ${name}`, await toDepartment(tx, organizationId, name, names));
}

async function toDepartment(tx: Reader, organizationId: number, name: string, together: readonly string[]): Promise<readonly Pointers[]> {
  const rest = await tx.select().from(departments).where(and(eq(departments.organizationId, organizationId), notInArray(departments.name, [...together]))).orderBy(departments.name);
  const found = await tx.select({ id: phoneLines.id, number: phoneLines.number }).from(phoneLines).where(and(eq(phoneLines.organizationId, organizationId), or(and(eq(phoneLines.targetType, "department"), eq(phoneLines.target, name)), eq(phoneLines.fallbackDepartment, name)))).orderBy(phoneLines.number);
  const members = await tx
    .select({ agentId: agents.agentId })
    .from(agentDepartments)
    .innerJoin(agents, eq(agents.id, agentDepartments.agentRow))
    .innerJoin(departments, eq(departments.id, agentDepartments.departmentRow))
    .where(and(eq(departments.organizationId, organizationId), eq(departments.name, name)))
    .orderBy(agents.agentId);
  const called = await tx.select({ id: callbacks.id, number: callbacks.number }).from(callbacks).where(and(eq(callbacks.organizationId, organizationId), eq(callbacks.department, name), inArray(callbacks.state, ["waiting", "calling"]))).orderBy(callbacks.joinedAt);
  return [
    lines(found),
    await configsTo(tx, organizationId, "department", name),
    named("department", "the overflow of", "the overflows of", rest.filter(({ settings: { overflow } }) => overflow?.type === "department" && overflow.to === name).map((other) => other.name)),
    named("agent", "the agent", "the agents", members.map(({ agentId }) => agentId)),
    named("callback", "the callback to", "the callbacks to", called.map(({ number }) => number), called.map(({ id }) => id)),
  ];
}

/** Throws InUse naming the phone lines and configurations that ring the agent. */
export async function refuseAgentInUse(tx: Reader, { organizationId, agentId }: { readonly organizationId: number; readonly agentId: string }): Promise<void> {
  refuse(`The agent ${agentId}`, await toAgent(tx, organizationId, agentId));
}

async function toAgent(tx: Reader, organizationId: number, agentId: string): Promise<readonly Pointers[]> {
  const found = await tx.select({ id: phoneLines.id, number: phoneLines.number }).from(phoneLines).where(and(eq(phoneLines.organizationId, organizationId), eq(phoneLines.targetType, "client"), eq(phoneLines.target, agentId))).orderBy(phoneLines.number);
  return [lines(found), await configsTo(tx, organizationId, "client", agentId)];
}

/** Throws InUse naming the phone lines and the other configurations that send callers to it. */
export async function refuseConfigInUse(tx: Reader, { organizationId, id, name }: { readonly organizationId: number; readonly id: number; readonly name: string }): Promise<void> {
  refuse(`The configuration ${name}`, await toConfig(tx, organizationId, String(id)));
}

async function toConfig(tx: Reader, organizationId: number, id: string): Promise<readonly Pointers[]> {
  const found = await tx.select({ id: phoneLines.id, number: phoneLines.number }).from(phoneLines).where(and(eq(phoneLines.organizationId, organizationId), eq(phoneLines.targetType, "config"), eq(phoneLines.target, id))).orderBy(phoneLines.number);
  return [lines(found), await configsTo(tx, organizationId, "config", id, id)];
}

/** Throws InUse naming the organizations whose dial string goes by the trunk, and the phone lines whose calls come by it; a trunk's name is the gateway's, which is one for all organizations. */
export async function refuseTrunkInUse(tx: Reader, name: string, { except = NO_ORGANIZATION, seenBy }: { readonly except?: number; readonly seenBy: SeenBy }): Promise<void> {
  refuse(`The trunk ${name}`, await toTrunk(tx, name, except, seenBy));
}

async function toTrunk(tx: Reader, name: string, exceptOrganization: number, seenBy: SeenBy): Promise<readonly Pointers[]> {
  const others = await tx.select({ id: organizations.id, name: organizations.name, dialString: organizations.dialString }).from(organizations).where(ne(organizations.id, exceptOrganization)).orderBy(organizations.name);
  const found = await tx.select({ id: phoneLines.id, number: phoneLines.number, organizationId: phoneLines.organizationId }).from(phoneLines).where(and(eq(phoneLines.trunk, name), ne(phoneLines.organizationId, exceptOrganization))).orderBy(phoneLines.number);
  const all = others.filter(({ dialString }) => dialString.startsWith(`sofia/gateway/${name}/`));
  const isSeen = (organizationId: number): boolean => seenBy === null || seenBy === organizationId;
  const dialling = all.filter(({ id }) => isSeen(id));
  const seen = found.filter(({ organizationId }) => isSeen(organizationId));
  const hidden = all.length - dialling.length + found.length - seen.length;
  return [
    named("organization", "the dial string of", "the dial strings of", dialling.map((other) => other.name), dialling.map(({ id }) => String(id))),
    lines(seen),
    { words: hidden === 0 ? [] : ["other organizations"], usedBy: [] },
  ];
}

/** Throws InUse when another organization dials by a trunk of this one. */
export async function refuseOrganizationInUse(tx: Reader, id: number): Promise<void> {
  for (const { name } of await tx.select({ name: trunks.name }).from(trunks).where(eq(trunks.organizationId, id))) await refuseTrunkInUse(tx, name, { except: id, seenBy: null });
}

export class SqlitePointers extends Repository implements PointerReader {
  usedBy({ type, organizationId, id, seenBy }: Pointed): Promise<readonly UsedBy[]> {
    return this.engine.read(async (db) => {
      const found = await (type === "department" ? toDepartment(db, organizationId, id, [id]) : type === "agent" ? toAgent(db, organizationId, id) : type === "config" ? toConfig(db, organizationId, id) : toTrunk(db, id, NO_ORGANIZATION, seenBy));
      return found.flatMap(({ usedBy }) => usedBy);
    });
  }
}
