/** Which leg of the organization's calls a CallSid stands for. */
import type { CallLeg, CallLogService } from "../../call-logs/index.js";
import { uuidOfCallSid } from "../../sids.js";

/** Null: none. */
export async function legOfSid(callLogs: Pick<CallLogService, "legs">, organizationId: number, sid: string): Promise<CallLeg | null> {
  const uuid = uuidOfCallSid(sid);
  if (uuid === null) return null;
  const [leg] = await callLogs.legs(organizationId, { uuid }, { offset: 0, limit: 1 });
  if (leg !== undefined) return leg;
  // Records of before 0023_leg_rings do not say which phones have rung for a call of the API's.
  const rung = await callLogs.legs(organizationId, { callId: uuid }, { offset: 0, limit: 50 });
  const best = rung.find(({ answeredAt }) => answeredAt !== null) ?? rung[0];
  return best === undefined ? null : { ...best, direction: "api" };
}
