/** The staff of the small world: its agents, and one department. */
import type { Actor, Directory } from "../../src/people/index.js";
import { invalid, notFound } from "../../src/errors.js";
import { extension } from "../../src/freeswitch/words.js";
import type { ContactService, StaffService, VoiceAgent } from "../../src/staff/index.js";
import { DEFAULT_DEPARTMENT_SETTINGS } from "../../src/queues/index.js";
import type { DepartmentRecord } from "../../src/store/index.js";

const voiceAgent = (agentId: string, organizationId: number): VoiceAgent => ({
  id: 1, organizationId, agentId, extension: extension(agentId, "extension"), name: agentId, ringTimeoutS: null, wrapUpS: null, allowedPrefixes: null,
  departments: [], skills: {}, hasPassword: true, login: null, createdAt: new Date("2026-11-20T10:00:00Z"),
});
const SIP = { user: "1001", domain: "demo.local", password: "once" };

export function fakeStaff({ directory, note }: { readonly directory: Directory; readonly note: (method: string, ...rest: readonly unknown[]) => void }): StaffService {
  const organization = (who: Actor, domain: string | undefined): number => {
    if (who.organizationId === null && domain === undefined) throw invalid("domain", "is needed.");
    const id = who.organizationId ?? (domain === undefined ? undefined : directory.organizationByDomain(domain)?.id);
    if (id === undefined) throw notFound("The domain");
    return id;
  };
  const find = (who: Actor, agentId: string): VoiceAgent => {
    const home = [1, 2].find((id) => (who.organizationId ?? id) === id && directory.agent(id, agentId) !== undefined);
    if (home === undefined) throw notFound(`The agent ${agentId}`);
    return voiceAgent(agentId, home);
  };
  const department = (organizationId: number, name: string): DepartmentRecord => ({ organizationId, name, settings: DEFAULT_DEPARTMENT_SETTINGS });
  return {
    records: (who, domain) => {
      note("staff.records");
      return directory.agents(organization(who, domain)).map((each) => voiceAgent(each.agentId, each.organizationId));
    },
    shown: ({ agentId, organizationId }) => voiceAgent(agentId, organizationId),
    get: find,
    create: async (who, input, domain) => {
      note("staff.create", input);
      return { agent: voiceAgent(input.id ?? input.extension, organization(who, domain)), sip: SIP };
    },
    update: async (who, agentId, change) => {
      const agent = find(who, agentId);
      note("staff.update", agentId, change);
      return { agent, sip: null };
    },
    remove: async (who, agentId) => {
      find(who, agentId);
      note("staff.remove", agentId);
    },
    resetCredentials: async (who, agentId) => {
      find(who, agentId);
      note("staff.credentials", agentId);
      return SIP;
    },
    departments: (who, domain) => [department(organization(who, domain), "support")],
    department: (who, name, domain) => department(organization(who, domain), name),
    createDepartment: async (who, name, settings, domain) => {
      note("staff.createDepartment", name, settings);
      return department(organization(who, domain), name);
    },
    updateDepartment: async (who, name, settings, domain) => {
      note("staff.updateDepartment", name, settings);
      return department(organization(who, domain), name);
    },
    sounds: async (who, domain) => {
      organization(who, domain);
      note("staff.sounds");
      return { readable: true, names: ["welcome.wav"] };
    },
    removeDepartment: async (who, name, domain) => {
      note("staff.removeDepartment", name);
      organization(who, domain);
    },
  };
}

const SHARED = { id: 1, organizationId: 1, name: "Taxi", number: "+12125550101", createdAt: new Date("2026-11-20T10:00:00Z") };

/** The directory: one shared number. */
export function fakeContacts({ directory, note }: { readonly directory: Directory; readonly note: (method: string, ...rest: readonly unknown[]) => void }): ContactService {
  const requireOrganization = (who: Actor, domain: string | undefined): void => {
    if (who.organizationId === null && domain === undefined) throw invalid("domain", "is needed.");
    if (domain !== undefined && directory.organizationByDomain(domain) === undefined) throw notFound("The domain");
  };
  return {
    list: (who, { domain, ...query }) => {
      requireOrganization(who, domain);
      note("contacts.list", query);
      return { items: [], total: 0, next: null };
    },
    numbers: (who, domain) => {
      requireOrganization(who, domain);
      return [SHARED];
    },
    createNumber: async (who, input, domain) => {
      requireOrganization(who, domain);
      note("contacts.create", input);
      return { ...SHARED, ...input };
    },
    updateNumber: async (who, id, change, domain) => {
      requireOrganization(who, domain);
      note("contacts.update", id, change);
      return { ...SHARED, ...change };
    },
    removeNumber: async (who, id, domain) => {
      requireOrganization(who, domain);
      note("contacts.remove", id);
    },
  };
}
