/** How good a phone says that its connection is. */
export interface QualityReport {
  /** Round trip, milliseconds. */
  readonly rttMs: number;
  readonly jitterMs: number;
  /** Of what was sent to the phone, per cent. */
  readonly lossPct: number;
}

export interface Quality extends QualityReport {
  readonly at: Date;
}

/** A report as good as the one before is shown only after so long: each change is told to everybody who sees the call. */
const AGAIN_MS = 60_000;

/** From where on it is heard (ITU-T G.114, G.113), and from where on it disturbs a conversation. */
const GRADES = [{ rttMs: 300, jitterMs: 30, lossPct: 1 }, { rttMs: 600, jitterMs: 60, lossPct: 5 }] as const;

const gradeOf = ({ rttMs, jitterMs, lossPct }: QualityReport): number => GRADES.filter((limit) => rttMs >= limit.rttMs || jitterMs >= limit.jitterMs || lossPct >= limit.lossPct).length;

/** Whether this report is to be shown in place of the one before. */
export const isNews = (report: QualityReport, before: Quality | null, now: Date): boolean => before === null || gradeOf(report) !== gradeOf(before) || now.getTime() - before.at.getTime() >= AGAIN_MS;
