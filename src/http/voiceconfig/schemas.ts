/** Shapes of `seeds/001_a9d9437cdc2741c7.txt`'s voice agents, and of departments. */
import { z } from "zod";
import type { SipAccess, VoiceAgent } from "../../staff/index.js";
import { domainName, extension, queueName } from "../../freeswitch/index.js";
import { Department, Time } from "../../events/index.js";
import { ALL_DEPARTMENTS } from "../../people/index.js";
import { DepartmentSettingsSchema, type DepartmentRecord } from "../../queues/index.js";
import { AgentAddress, IndexedPageQuery, text, word } from "../schemas.js";

export const Domain = word(domainName).optional().describe("Root alone: one organization's domain.");
export const AgentParams = z.object({ agentid: AgentAddress });
export const DepartmentParams = z.object({ name: word(queueName) });
export const OrganizationQuery = z.strictObject({ domain: Domain });
export const PagedQuery = z.strictObject({ domain: Domain, ...IndexedPageQuery });
export const ObjectId = z.string().regex(/^[1-9][0-9]{0,14}$/, "is not an id.");
export const ConfigParams = z.object({ configid: ObjectId });
export const LineParams = z.object({ lineid: ObjectId });
export const WebhookParams = z.object({ webhookid: ObjectId });
export const Removed = z.undefined().describe("Removed.");

const Skill = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/, "is not a skill of letters, digits and _ . -");
const Prefix = z.string().regex(/^(?:\+|\+?[0-9*#]{1,32})$/, "is not a prefix such as +1 or 0049.");

/** What can be changed of an agent; the store checks the rest (an extension that is taken, a department that is not there). */
export const AgentFields = {
  name: text(128).optional().describe("Shown to people; by default the agent id."),
  ringTimeoutS: z.int().min(3).max(120).nullable().optional().describe("Seconds that the agent's phone rings for a department's caller; null: the department's."),
  wrapUpS: z.int().min(-1).max(3600).nullable().optional().describe("Seconds of wrap-up; null: the department's, 0: none, -1: until the agent ends it."),
  allowedPrefixes: z.array(Prefix).max(200).nullable().optional().describe("What the agent may dial, within the organization's; null: all of those."),
  departments: z
    .array(z.union([z.literal(ALL_DEPARTMENTS), word(queueName)]))
    .max(100)
    .optional()
    .describe("Replaces the whole set; none unless given. The agent sees who waits in these departments, and is offered their callers. With `*` the agent sees who waits in every department, and is offered the callers of those named besides it."),
  skills: z.record(Skill, z.int().min(1).max(10)).optional().describe("Skills with levels from 1 to 10; replaces the whole set."),
};

export const Extension = word(extension);

export const Agent = z.object({
  id: z.string(),
  extension: z.string(),
  name: z.string(),
  ringTimeoutS: z.int().nullable(),
  wrapUpS: z.int().nullable(),
  allowedPrefixes: z.array(z.string()).readonly().nullable(),
  departments: z.array(z.string()).readonly(),
  skills: z.record(z.string(), z.int()),
  hasPassword: z.boolean().describe("Whether a phone of the agent may register."),
  login: z.object({ username: z.string(), role: z.string() }).nullable().describe("Who logs in as the agent."),
  createdAt: Time,
}).meta({ id: "VoiceAgent", description: "An agent as it is set up." });

export const Sip = z
  .object({ user: z.string(), domain: z.string(), password: z.string() })
  .meta({ id: "SipCredentials", description: "With what the phone registers. The password is shown this once: only its hash is kept." }) satisfies z.ZodType<SipAccess>;

export const shownAgent = ({ agentId, extension: phone, name, ringTimeoutS, wrapUpS, allowedPrefixes, departments, skills, hasPassword, login, createdAt }: VoiceAgent): z.output<typeof Agent> => ({
  id: agentId,
  extension: phone,
  name,
  ringTimeoutS,
  wrapUpS,
  allowedPrefixes,
  departments,
  skills,
  hasPassword,
  login,
  createdAt: createdAt.toISOString(),
});

const setting = DepartmentSettingsSchema.shape;
/** Every setting, none of which need be given: what is not keeps its value, or the default. */
export const Settings = z.strictObject({
  strategy: setting.strategy.unwrap().optional(),
  priority: setting.priority.unwrap().optional(),
  skills: setting.skills.unwrap().optional(),
  ringTimeoutS: setting.ringTimeoutS.unwrap().optional(),
  maxMissed: setting.maxMissed.unwrap().optional(),
  wrapUpS: setting.wrapUpS.unwrap().optional(),
  dispositions: setting.dispositions.unwrap().optional(),
  maxWaitS: setting.maxWaitS.unwrap().optional(),
  maxLength: setting.maxLength.unwrap().optional(),
  overflow: setting.overflow.unwrap().optional(),
  music: setting.music.unwrap().optional(),
  greeting: setting.greeting.unwrap().optional(),
  announceEveryS: setting.announceEveryS.unwrap().optional(),
  callbackKey: setting.callbackKey.unwrap().optional(),
  serviceLevelS: setting.serviceLevelS.unwrap().optional(),
  serviceLevelTarget: setting.serviceLevelTarget.unwrap().optional(),
  alarms: setting.alarms.unwrap().optional().describe("From where on consoles raise an alarm: seconds that a caller has waited, callers who wait, seconds that a conversation has lasted, seconds that an agent has been away. Replaces all four; null: no alarm."),
  recorded: setting.recorded.unwrap().optional(),
  workflowSid: setting.workflowSid.unwrap().optional(),
});

export { Department };
export const shownDepartment = ({ name, settings }: DepartmentRecord) => ({ name, ...settings });
