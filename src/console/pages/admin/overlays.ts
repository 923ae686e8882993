/** How the forms of the administration are arranged, in a language. */
import type { FieldTexts } from "../../messages/fields.en.js";
import { fieldsEn } from "../../messages/fields.en.js";
import { fieldsDe } from "../../messages/fields.de.js";
import { isIn } from "../../messages/index.js";
import type { Overlay } from "../../forms/overlay.js";

/** By the language of the page (`common.locale`). */
export const fieldTexts = (locale: string): FieldTexts => (isIn("de", locale) ? fieldsDe : fieldsEn);

const TARGETS = { "client.to": "agents", "department.to": "departments", "config.to": "configs", "message.greeting": "sounds" } as const;
/** What bounds the costs of calls is root's to set. */
const OF_ROOT = ["maxOutboundCalls", "maxOutboundCallsPerMinute", "maxOutboundCallS", "premiumAllowed"] as const;

const LINES = { "say.text": "lines" } as const;

export function overlaysOf(texts: FieldTexts) {
  const { groups } = texts;
  return {
    agents: {
      words: texts.agents,
      groups: [
        { title: groups.person, fields: ["name", "extension", "id"] },
        { title: groups.work, fields: ["departments", "skills", "ringTimeoutS", "wrapUpS"] },
        { title: groups.dialling, fields: ["allowedPrefixes"] },
        { title: groups.login, fields: ["username", "password", "role"] },
      ],
      pickers: { departments: "departments" },
      entries: { password: "password" },
    },
    departments: {
      words: texts.departments,
      groups: [
        { title: groups.basics, fields: ["name", "priority", "recorded"] },
        { title: groups.offers, fields: ["strategy", "skills", "ringTimeoutS", "maxMissed"] },
        { title: groups.waiting, fields: ["greeting", "music", "announceEveryS", "callbackKey"] },
        { title: groups.full, fields: ["maxWaitS", "maxLength", "overflow"] },
        { title: groups.goals, fields: ["serviceLevelS", "serviceLevelTarget", "alarms"] },
        { title: groups.after, fields: ["wrapUpS", "dispositions"] },
        { title: groups.programs, fields: ["workflowSid"] },
      ],
      pickers: { ...TARGETS, music: "sounds", greeting: "sounds" },
      entries: { serviceLevelTarget: "percent" },
    },
    lines: {
      words: texts.lines,
      groups: [
        { title: groups.number, fields: ["phoneNumber", "name"] },
        { title: groups.way, fields: ["target", "recorded"] },
        { title: groups.application, fields: ["fallback", "fallbackDepartment", "statusCallback", "signingToken"] },
        { title: groups.out, fields: ["trunk", "callerId"] },
      ],
      pickers: { ...TARGETS, fallbackDepartment: "departments", trunk: "trunks" },
      entries: { signingToken: "password", "url.to": "address", "fallback.url": "address", "statusCallback.url": "address" },
    },
    trunks: {
      words: texts.trunks,
      groups: [
        { title: groups.trunk, fields: ["name", "proxy", "networks"] },
        { title: groups.account, fields: ["username", "password", "register"] },
      ],
      entries: { password: "password" },
    },
    users: {
      words: texts.users,
      groups: [
        { title: groups.login, fields: ["username", "password"] },
        { title: groups.rights, fields: ["role", "permissions", "disabled"] },
        { title: groups.person, fields: ["agent", "extension", "departments"] },
      ],
      pickers: { departments: "departments" },
      entries: { password: "password" },
    },
    password: { words: texts.users, groups: [{ title: groups.password, fields: ["password"] }], entries: { password: "password" } },
    tokens: { words: texts.tokens, groups: [{ title: groups.rights, fields: ["name", "role", "permissions", "lifetimeS"] }] },
    webhooks: {
      words: texts.webhooks,
      groups: [{ title: groups.webhook, fields: ["url", "topics", "description", "enabled", "secret"] }],
      pickers: { topics: "topics" },
      entries: { url: "address", secret: "password" },
    },
    organization: {
      words: texts.organization,
      groups: [
        { title: groups.people, fields: ["supervisionVisible", "awayReasons"] },
        { title: groups.region, fields: ["country", "timeZone"] },
        { title: groups.out, fields: ["dialString", "callerId", "allowedPrefixes", "emergencyNumbers"] },
        { title: groups.callbacks, fields: ["maxCallbacksPerDay", "callbackCountries"] },
        { title: groups.recording, fields: ["recordingRetentionDays"] },
        { title: groups.limits, fields: [...OF_ROOT] },
      ],
      pickers: { timeZone: "timeZones" },
      fixed: OF_ROOT,
    },
    messages: { words: texts.messages, groups: [{ title: groups.message, fields: ["note"] }], entries: { note: "lines" } },
    callbacks: { words: texts.callbacks, groups: [{ title: groups.callback, fields: ["priority", "dueAt"] }], entries: { dueAt: "moment" } },
    voice: {
      words: texts.voice,
      groups: [
        { title: groups.basics, fields: ["name", "language", "voice", "recorded"] },
        { title: groups.hours, fields: ["hours", "closed"] },
        { title: groups.menu, fields: ["greeting", "menu"] },
        { title: groups.target, fields: ["target", "ringS", "unanswered", "voicemail", "music"] },
        { title: groups.programs, fields: ["statusCallback"] },
      ],
      pickers: { ...TARGETS, "hours.timeZone": "timeZones" },
      starts: { hours: { timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone, weekly: [{ from: "08:00", to: "18:00", days: ["monday", "tuesday", "wednesday", "thursday", "friday"] }], holidays: [] } },
      entries: { ...LINES, "hours.weekly.from": "time", "hours.weekly.to": "time", "hours.holidays.date": "date", "hours.holidays.open.from": "time", "hours.holidays.open.to": "time", "url.to": "address", "play.url": "address", "statusCallback.url": "address" },
    },
  } satisfies Readonly<Record<string, Overlay>>;
}
