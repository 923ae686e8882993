/** Dates and times, one way for the whole console: by the language and the region of the person, so that a clock of 12 hours and one of 24 never stand side by side. */
export interface Moments {
  /** To the minute. */
  readonly clock: (at: string | number) => string;
  /** To the second. */
  readonly time: (at: string | number) => string;
  /** To the second, with the date. */
  readonly dateTime: (at: string | number) => string;
}

/** To the minute, where a formatter of its own is needed: another time zone, a day beside it. */
export const CLOCK = { hour: "numeric", minute: "2-digit" } as const satisfies Intl.DateTimeFormatOptions;

/** `locale`: that of the texts (`t.common.locale`). */
export function momentsOf(locale: string): Moments {
  const clock = new Intl.DateTimeFormat(locale, CLOCK);
  const time = new Intl.DateTimeFormat(locale, { timeStyle: "medium" });
  const dateTime = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" });
  const of = (format: Intl.DateTimeFormat) => (at: string | number): string => format.format(new Date(at));
  return { clock: of(clock), time: of(time), dateTime: of(dateTime) };
}
