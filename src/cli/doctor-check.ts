/** One check of `doctor`. */
export interface Check {
  /** A node's name, `database`, or `organization <name>`. */
  readonly subject: string;
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
  /** What to do about it; null when it passed. */
  readonly mend: string | null;
}

export const passed = (subject: string, check: string, detail: string): Check => ({ subject, check, ok: true, detail, mend: null });
export const failed = (subject: string, check: string, detail: string, mend: string): Check => ({ subject, check, ok: false, detail, mend });
