/** Time as a dependency, so that tests move it by hand. */
export interface Clock {
  /** Milliseconds since the epoch, an integer. */
  now(): number;
  /** Calls `work` every `ms` milliseconds; gives the function that stops it. */
  every(ms: number, work: () => void): () => void;
}

/** A difference as large as that is no adjustment: the machine slept, or its clock had never been set. */
const STEP_MS = 3_600_000;
/** Smaller differences are made up for at this rate, milliseconds in a millisecond. */
const RATE = 0.1;

/**
 * The time of day, without jumps: when the machine's clock is set, this one runs up to a tenth faster or slower until the two agree again. Rests, limits and
 * waiting times are differences of its readings, so that a clock that is set keeps nobody waiting and ends nothing early. A difference of an hour or more is
 * taken over at once.
 *
 * @param read what is followed; by default the machine's clock and its monotonic clock, both in milliseconds
 */
export function followClock(read: { readonly wall: () => number; readonly steady: () => number } = { wall: () => Date.now(), steady: () => performance.now() }): () => number {
  let steadyAt = read.steady();
  let offset = read.wall() - steadyAt;
  return () => {
    const steady = read.steady();
    const away = read.wall() - steady - offset;
    const most = (steady - steadyAt) * RATE;
    offset += Math.abs(away) >= STEP_MS ? away : Math.max(-most, Math.min(most, away));
    steadyAt = steady;
    return Math.floor(steady + offset);
  };
}

/** The machine's clock, followed without jumps. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: followClock(),
  every(ms, work) {
    const timer = setInterval(work, ms);
    timer.unref();
    return () => clearInterval(timer);
  },
};

/** Never jumps, and is no time of day. */
export const steadyClock: Clock = { ...systemClock, now: () => performance.now() };
