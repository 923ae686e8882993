/** One clock for all durations that are shown: they count together, once a second, by the server's time. */
import { shallowRef, type ShallowRef } from "vue";

export interface PageClock {
  /** Milliseconds since the epoch, by the server's clock; changes each second. */
  readonly now: Readonly<ShallowRef<number>>;
  /** Stops counting, as figures that are not kept up to date must. */
  pause(paused: boolean): void;
}

export function createClock(skewMs: Readonly<ShallowRef<number>>): PageClock {
  const now = shallowRef(Date.now());
  let isPaused = false;
  setInterval(() => {
    if (!isPaused && document.visibilityState === "visible") now.value = Date.now() + skewMs.value;
  }, 1000);
  document.addEventListener("visibilitychange", () => {
    if (!isPaused && document.visibilityState === "visible") now.value = Date.now() + skewMs.value;
  });
  return {
    now,
    pause: (paused) => {
      isPaused = paused;
    },
  };
}

/** `m:ss`, from an hour on `h:mm:ss`. Never negative. */
export function durationText(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes, seconds] = [Math.floor(s / 3600), Math.floor((s % 3600) / 60), s % 60];
  const two = (n: number): string => String(n).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}
