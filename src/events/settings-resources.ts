/** What administrators set up, each with one schema for its list and its events. */
import { z } from "zod";
import { SUPERVISION_MODES } from "../people/index.js";
import { CallTargetSchema, Method, VoiceConfigSettingsSchema, WebUrl } from "../voice-app/index.js";
import { Time } from "./resources.js";

const Created = z.string().meta({ format: "date-time" });

export const User = z
  .object({
    id: z.string(),
    username: z.string(),
    role: z.enum(["agent", "supervisor", "admin", "root"]),
    organization: z.string().nullable().describe("The organization's name; null: root."),
    agent: z.string().nullable().describe("The agent id of whoever logs in; null: no agent."),
    extension: z.string().nullable(),
    permissions: z.array(z.enum(SUPERVISION_MODES)).describe("The supervision modes that the user has."),
    disabled: z.boolean(),
    createdAt: Created,
  })
  .meta({ id: "User", description: "Somebody who logs in." });

export const ServiceToken = z
  .object({
    key: z.string().describe("The token's id (`jti`), which is `X-Key` with `X-Access-Token`."),
    name: z.string().describe("Its name in the audit log."),
    organization: z.string().nullable(),
    role: z.enum(["agent", "supervisor", "admin", "service", "root"]),
    permissions: z.array(z.enum(SUPERVISION_MODES)),
    createdAt: Created,
    expires: Created,
    revoked: z.boolean(),
  })
  .meta({ id: "ServiceToken", description: "A long-lived token, without its secret." });

export const Trunk = z
  .object({
    name: z.string().describe("The gateway's name in FreeSWITCH."),
    organization: z.string().nullable(),
    proxy: z.string().describe("The provider's address."),
    username: z.string().describe("Of the account; empty: none."),
    register: z.boolean().describe("Whether FreeSWITCH registers there."),
    networks: z.array(z.string()).readonly().describe("From which its calls come."),
    createdAt: Created,
  })
  .meta({ id: "Trunk", description: "A trunk, without its password." });

const LineCallback = z.strictObject({ url: WebUrl, method: Method });

export const PhoneLine = z
  .object({
    id: z.string(),
    phoneNumber: z.string().describe("E.164."),
    name: z.string().describe("By default the number."),
    target: CallTargetSchema.describe("Where its calls go: an agent's phone (`client`), a department, a configuration's id, or the URL of an application that answers TwiML."),
    recorded: z.boolean().describe("Whether its conversations are recorded."),
    fallback: LineCallback.nullable().describe("Asked for TwiML when the application fails, with `ErrorCode` and `ErrorUrl`."),
    fallbackDepartment: z.string().nullable().describe("The department that takes the callers whom no application can serve; without one they are told so, and the call ends."),
    statusCallback: LineCallback.nullable().describe("Where the end of each call is told."),
    trunk: z.string().nullable().describe("The trunk by which its calls come, and by which go what its calls dial and what is dialled with its number; null: the organization's dial string counts."),
    callerId: z.string().nullable().describe("Shown to who is dialled by its application; null: the line's own number."),
    hasSigningToken: z.boolean(),
    createdAt: Time,
  })
  .meta({ id: "PhoneLine", description: "Which number goes where." });

export const VoiceConfig = z.object({ id: z.string(), name: z.string().describe("Unique within the organization."), ...VoiceConfigSettingsSchema.shape, createdAt: Time, updatedAt: Time }).meta({ id: "VoiceConfig", description: "How callers are met." });

export const Webhook = z
  .object({
    id: z.string(),
    url: WebUrl.describe("Asked with POST. In events it is without user, password and query."),
    topics: z.array(z.string()).readonly().describe("Which events: kinds (`call`) and types (`call.ended`)."),
    description: z.string().nullable().describe("For people."),
    enabled: z.boolean().describe("Whether it is told anything. What waits when it is disabled is dropped."),
    disabled: z.object({ at: Time, reason: z.string() }).nullable().describe("When and why Callplane has disabled it. Null: it has not, or it was enabled again."),
    previousSecretUntil: Time.nullable().describe("Until then requests are signed with the secret before, too."),
    createdAt: Time,
    updatedAt: Time,
  })
  .meta({ id: "Webhook", description: "A server of the organization that is told of its events." });
