/** Records of accounts, for rooms that are tested without a database. */
import { domainName, extension } from "../../src/freeswitch/words.js";
import type { AgentRecord, OrganizationRecord } from "../../src/people/index.js";

export const organizationRecord = (changes: Partial<OrganizationRecord> = {}): OrganizationRecord => ({
  id: 1,
  name: "acme",
  domain: domainName("acme.example", "domain"),
  dialString: "sofia/gateway/trunk/{number}",
  callerId: null,
  allowedPrefixes: ["+"],
  supervisionVisible: false,
  maxOutboundCalls: null,
  maxOutboundCallsPerMinute: null,
  maxOutboundCallS: null,
  premiumAllowed: false,
  country: null,
  timeZone: "UTC",
  emergencyNumbers: null,
  callbackCountries: null,
  maxCallbacksPerDay: 100,
  departments: [],
  recordingRetentionDays: null,
  awayReasons: [],
  createdAt: new Date(0),
  ...changes,
});

export const agentRecord = ({ agentId = "1001", ...changes }: Partial<AgentRecord> = {}): AgentRecord => ({
  id: 1,
  organizationId: 1,
  agentId,
  extension: extension("1001", "extension"),
  name: agentId,
  ringTimeoutS: null,
  wrapUpS: null,
  allowedPrefixes: null,
  departments: [],
  skills: {},
  hasPassword: true,
  createdAt: new Date(0),
  ...changes,
});
