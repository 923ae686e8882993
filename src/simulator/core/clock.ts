/** Where the simulator takes the time from; tests may give their own. */
export interface Clock {
  /** Microseconds since the epoch, never going back. */
  nowUs(): number;
}

export function systemClock(): Clock {
  let last = 0;
  return {
    nowUs: () => {
      last = Math.max(last, Math.floor((performance.timeOrigin + performance.now()) * 1000));
      return last;
    },
  };
}
