/** Who a token belongs to. */
import { z } from "zod";
import { OrganizationSettings } from "../events/index.js";
import type { Actor } from "../people/index.js";
import type { Profile } from "../staff/index.js";

export const RoleName = z.enum(["agent", "supervisor", "admin", "service", "root"]);

export const Me = z.object({
  username: z.string().describe("The user's name, or the service token's."),
  name: z.string().describe("The name that people see: the agent's, else the user name."),
  role: RoleName,
  organization: z.object({ id: z.number().int().describe("The number that `Organization.id` has as a string."), name: z.string(), domain: z.string() }).nullable(),
  agent: z.string().nullable().describe("The agent id."),
  extension: z.string().nullable(),
  departments: z.array(z.string()).readonly().describe("Of the agent; `*`: sees who waits in all."),
  permissions: z.array(z.enum(["listen", "whisper", "barge"])),
  settings: OrganizationSettings.nullable().describe("The organization's; null for root. `organization.updated` tells changes."),
}).meta({ id: "Me", description: "Who a token belongs to." });

export function shownMe({ role, agentId, permissions }: Actor, { username, name, organization, extension, departments, settings }: Profile): z.output<typeof Me> {
  return { username, name, role, organization, agent: agentId, extension, departments, permissions: [...permissions], settings };
}
