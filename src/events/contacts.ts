/** The entries of an organization's directory: whom its people can call or transfer to, and whether they are free. */
import { z } from "zod";
import type { AgentView } from "../agents/index.js";
import type { SharedNumber } from "../people/index.js";
import type { DepartmentFigures } from "../queues/index.js";
import { AgentStatus, Time } from "./resources.js";

export const CONTACT_TYPES = ["agent", "department", "number"] as const;

export const Contact = z.object({
  type: z.enum(CONTACT_TYPES),
  id: z.string().describe("The agent's id, the department's name, or the id of the shared number."),
  name: z.string(),
  extension: z.string().nullable().describe("Of an agent."),
  number: z.string().nullable().describe("Of a shared number, as it is dialled."),
  departments: z.array(z.string()).readonly().describe("Of an agent."),
  presence: z.object({ status: AgentStatus, reason: z.string().nullable(), since: Time }).nullable().describe("Of an agent."),
  registered: z.boolean().nullable().describe("Whether a phone of the agent is registered."),
  free: z.number().int().nullable().describe("How many agents of the department could be offered a caller now."),
  waiting: z.number().int().nullable().describe("How many wait in the department."),
  longestWaitS: z.number().int().nullable().describe("Seconds that the longest waiting one has waited."),
}).meta({ id: "Contact", description: "An entry of the directory." });
export type Contact = z.output<typeof Contact>;

const NOTHING = { extension: null, number: null, departments: [], presence: null, registered: null, free: null, waiting: null, longestWaitS: null };

export const contactOfAgent = ({ id, name, extension, departments, status, reason, since, registered }: AgentView): Contact => ({ type: "agent", id, name, ...NOTHING, extension, departments, presence: { status, reason, since }, registered });

export const contactOfDepartment = (name: string, { agents, waiting, longestWaitS }: DepartmentFigures): Contact => ({ type: "department", id: name, name, ...NOTHING, free: agents.free, waiting, longestWaitS });

export const contactOfNumber = ({ id, name, number }: SharedNumber): Contact => ({ type: "number", id: String(id), name, ...NOTHING, number });
