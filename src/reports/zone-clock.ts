/** What the clock of a time zone shows. */
import { IANAZone } from "luxon";

const MINUTE_MS = 60_000;
/** A clock that is set twice is set back to what it was weeks later: in a week at whose ends it stands the same it has not been set. */
const WEEK_MS = 7 * 86_400_000;

interface Week {
  readonly before: number;
  readonly after: number;
  /** From then on it stands as after it. */
  readonly changesAt: number;
}

/** To ask the zone itself takes 20 µs and more, so it is asked at the ends of weeks, and where the clock is set. */
export class ZoneClock {
  readonly #zone: IANAZone;
  /** Bounded by the weeks of the report that it is made for. */
  readonly #weeks = new Map<number, Week>();

  constructor(timeZone: string) {
    this.#zone = IANAZone.create(timeZone);
  }

  /** Milliseconds that the clock is ahead of UTC. */
  offset(at: number): number {
    const number = Math.floor(at / WEEK_MS);
    let week = this.#weeks.get(number);
    if (week === undefined) {
      week = this.#week(number * WEEK_MS);
      this.#weeks.set(number, week);
    }
    return at < week.changesAt ? week.before : week.after;
  }

  /** The first moment after `from` at which the clock stands as it does at `to`. */
  changeBetween(from: number, to: number): number {
    return firstWith((at) => this.offset(at) === this.offset(to), from, to);
  }

  /** ISO 8601 with the offset. */
  iso(at: number): string {
    const offset = this.offset(at);
    const minutes = Math.floor(Math.abs(offset) / MINUTE_MS);
    const [hour, minute] = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0"));
    return `${new Date(at + offset).toISOString().slice(0, -".000Z".length)}${offset < 0 ? "-" : "+"}${hour ?? ""}:${minute ?? ""}`;
  }

  #week(begin: number): Week {
    const end = begin + WEEK_MS;
    const before = this.#weeks.get(begin / WEEK_MS - 1)?.after ?? this.#ask(begin);
    const after = this.#ask(end);
    return { before, after, changesAt: before === after ? end : firstWith((at) => this.#ask(at) === after, begin, end) };
  }

  #ask(at: number): number {
    return Math.round(this.#zone.offset(at) * MINUTE_MS);
  }
}

/** `is` holds at `to`, and not at `from`. */
function firstWith(is: (at: number) => boolean, from: number, to: number): number {
  let [before, after] = [from, to];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (is(middle)) after = middle;
    else before = middle;
  }
  return after;
}
