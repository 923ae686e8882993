/** The events of what administrators set up. Users, tokens and webhooks are told to administrators alone, the rest to all who see its lists. */
import { z } from "zod";
import { PhoneLine, ServiceToken, Trunk, User, VoiceConfig, Webhook } from "./settings-resources.js";

const ADMINS = "admin of the organization, root";
const SUPERVISING = "supervisor, service and admin of the organization, root";
const event = <T extends z.ZodRawShape>(description: string, shape: T, seenBy = ADMINS) => ({ description, seenBy, data: z.object(shape) });
const LAST = "what was known last.";

export const SETTINGS_EVENTS = {
  "user.created": event("Somebody new may log in.", { user: User }),
  "user.updated": event("A user was changed, disabled or enabled.", { user: User }),
  "user.removed": event(`A user was removed. \`user\` is ${LAST}`, { user: User }),
  "token.created": event("There is a new long-lived token. The token itself is never told.", { token: ServiceToken }),
  "token.updated": event("A long-lived token was revoked, which the list shows until it expires.", { token: ServiceToken }),
  "token.removed": event(`A long-lived token is gone. One that expires leaves the list at \`expires\`, and this may be told much later. \`token\` is ${LAST}`, { token: ServiceToken }),
  "trunk.created": event("There is a new trunk.", { trunk: Trunk }, SUPERVISING),
  "trunk.updated": event("A trunk was changed. The state of its gateways is told nowhere.", { trunk: Trunk }, SUPERVISING),
  "trunk.removed": event(`A trunk was removed. \`trunk\` is ${LAST}`, { trunk: Trunk }, SUPERVISING),
  "phoneline.created": event("There is a new phone line.", { line: PhoneLine }, SUPERVISING),
  "phoneline.updated": event("A phone line was changed.", { line: PhoneLine }, SUPERVISING),
  "phoneline.removed": event(`A phone line was removed. \`line\` is ${LAST}`, { line: PhoneLine }, SUPERVISING),
  "voiceconfig.created": event("There is a new voice configuration.", { config: VoiceConfig }, SUPERVISING),
  "voiceconfig.updated": event("A voice configuration was changed.", { config: VoiceConfig }, SUPERVISING),
  "voiceconfig.removed": event(`A voice configuration was removed. \`config\` is ${LAST}`, { config: VoiceConfig }, SUPERVISING),
  "webhook.created": event("There is a new webhook. Its secret is never told.", { webhook: Webhook }),
  "webhook.updated": event("A webhook was changed, got another secret, or was disabled or enabled.", { webhook: Webhook }),
  "webhook.removed": event(`A webhook was removed. \`webhook\` is ${LAST}`, { webhook: Webhook }),
} as const;
