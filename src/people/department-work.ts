/** Who works on what belongs to a department (messages, callbacks): supervisors, and the agents who see its queue. */
import { CallplaneError, notFound } from "../errors.js";
import type { Actor, Directory } from "./index.js";

/** `operator`: on the command line of the server. */
export type DepartmentWorker = Pick<Actor, "name" | "organizationId" | "agentId"> & { readonly role: Actor["role"] | "operator" };

type Serving = Pick<Directory, "servesDepartment">;

const worksOn = (directory: Serving, { role, agentId }: DepartmentWorker, organizationId: number, department: string): boolean => role !== "agent" || directory.servesDepartment(organizationId, agentId ?? "", department);

/** The departments that a list is of, of one that is asked for or of all; null: it is not limited. */
export function departmentsListed(directory: Serving & Pick<Directory, "departments">, by: DepartmentWorker, organizationId: number | null, asked: string | undefined): readonly string[] | null {
  const own = by.role !== "agent" || organizationId === null ? null : directory.departments(organizationId).filter((name) => worksOn(directory, by, organizationId, name));
  if (asked === undefined) return own;
  return own === null || own.includes(asked) ? [asked] : [];
}

/** The object, named as in "message". Throws NotFound when there is none, or it is another organization's, and Forbidden for an agent of other departments. */
export function assertWorksOn<Found extends { readonly organizationId: number; readonly department: string }>(directory: Serving, by: DepartmentWorker, what: string, id: string, found: Found | null | undefined): Found {
  if (found == null || (by.role !== "root" && by.role !== "operator" && found.organizationId !== by.organizationId)) throw notFound(`The ${what} ${id}`);
  if (!worksOn(directory, by, found.organizationId, found.department)) throw new CallplaneError("Forbidden", `You do not see the ${what}s of ${found.department}.`);
  return found;
}
