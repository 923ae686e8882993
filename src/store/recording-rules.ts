import type { RecordingRules } from "../call-logs/index.js";
import type { StoreDirectory } from "./types.js";

/** The rules for recordings and dispositions, from the accounts in memory. */
export const recordingRules = (directory: StoreDirectory): RecordingRules => ({
  departmentRecorded: (organizationId, department) => directory.department(organizationId, department)?.settings.recorded ?? false,
  dispositions: (organizationId, department) => directory.department(organizationId, department)?.settings.dispositions ?? [],
  retention: () => directory.organizations().flatMap(({ id, recordingRetentionDays }) => (recordingRetentionDays === null ? [] : [{ organizationId: id, days: recordingRetentionDays }])),
});
