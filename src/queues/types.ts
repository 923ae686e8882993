/** What the queues room offers. */
import type { WaitingRoom } from "./waiting-room.js";

/** How a department does now. The rolling ones are of the last 60 minutes, since Callplane started at the longest. */
export interface DepartmentFigures {
  /** Callers who wait now, those who hear a greeting included. */
  readonly waiting: number;
  /** Seconds that the longest waiting one has waited; 0 when nobody waits. */
  readonly longestWaitS: number;
  /** Callers who wait at home to be called back. */
  readonly callbacks: number;
  /** Answered within the department's limit, of all answered and abandoned, 0 to 1; null when there were none. */
  readonly serviceLevel: number | null;
  readonly answered: number;
  /** Callers who hung up while they waited. */
  readonly abandoned: number;
  /** Callers who were sent elsewhere, left a message or asked to be called back. */
  readonly overflowed: number;
  /** Seconds that those who were answered had waited; null when there were none. */
  readonly averageWaitS: number | null;
  /** Its members with the skills that it asks for: who could be offered a caller now, and who is in a call or rung. */
  readonly agents: { readonly free: number; readonly busy: number };
}

/** Since Callplane started. */
export interface DepartmentTotals {
  readonly answered: number;
  readonly answeredInTime: number;
  readonly abandoned: number;
  readonly overflowed: number;
  /** Offers that an agent let ring in vain. */
  readonly missed: number;
  readonly waitSeconds: number;
}

export interface DepartmentReport {
  readonly organizationId: number;
  readonly department: string;
  readonly figures: DepartmentFigures;
  readonly totals: DepartmentTotals;
}

export interface QueueService {
  /** Of a department that exists or has callers. */
  figures(organizationId: number, department: string): DepartmentFigures;
  /** Every department that exists or has callers. */
  reports(): readonly DepartmentReport[];
  /** Who waits: the one keeper of it. */
  readonly room: Pick<WaitingRoom, "count" | "departments" | "onLine">;
  /** Told once a second at most of each department whose figures, the growing waits apart, have changed. Returns the unsubscribe function. */
  onFigures(handler: (report: DepartmentReport) => void): () => void;
  /** Calls off what is under way (phones that ring for a caller stop) and stops listening; callers wait on in FreeSWITCH. Idempotent. */
  close(): Promise<void>;
}
