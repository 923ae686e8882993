/** Dates and times as people of the language read them. */
export interface Moments {
  readonly time: (at: string | number) => string;
  readonly dateTime: (at: string | number) => string;
}

export function momentsOf(locale: string): Moments {
  const time = new Intl.DateTimeFormat(locale, { timeStyle: "medium" });
  const dateTime = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" });
  const dateOf = (at: string | number): Date => new Date(at);
  return { time: (at) => time.format(dateOf(at)), dateTime: (at) => dateTime.format(dateOf(at)) };
}
