/** The calls of programs in the small world: each that is made rings, and has no leg. */
import { notFound } from "../../src/errors.js";
import type { LiveProgramCall, ProgramCalls } from "../../src/http/index.js";
import { callSid } from "../../src/sids.js";

export const PLACED = "00000000-0000-4000-8000-000000000901";

export function fakePrograms(note: (method: string, ...rest: readonly unknown[]) => void): ProgramCalls {
  const made = new Map<string, LiveProgramCall & { readonly organizationId: number }>();
  return {
    async create(call) {
      note("program.create", call);
      const { from, to, organizationId } = call;
      const live = { callSid: callSid(PLACED), from, to, status: "queued", createdAt: new Date("2026-11-20T10:00:00Z") } as const;
      made.set(live.callSid, { ...live, organizationId });
      return live;
    },
    find: (organizationId, sid) => {
      const found = made.get(sid);
      return found?.organizationId === organizationId ? found : null;
    },
    replace: async (organizationId, sid, source) => note("program.replace", organizationId, sid, source),
    async end(organizationId, sid, how) {
      note("program.end", organizationId, sid, how);
      made.delete(sid);
    },
    record: async (_organizationId, sid) => {
      throw notFound(sid);
    },
    recordingOf: () => null,
    startStream: async (_organizationId, sid) => {
      throw notFound(sid);
    },
    stopStream: async (_organizationId, _sid, name) => {
      throw notFound(name);
    },
  };
}
