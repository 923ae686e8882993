/** The live calls in order, put in order anew at most four times a second. What is seen of them follows each change at once: a supervisor must see it within 200 ms. */
import { computed, onScopeDispose, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from "vue";
import { useConsole } from "../../../console.js";
import type { Picture } from "../../../live/picture.js";
import { COMPARE, freshRow, idsOf, orderRows, type Row, type RowContext, type Sort } from "./rows.js";

const EVERY_MS = 250;
/** Limits are passed while nothing happens, too. */
const QUIET_MS = 900;

export interface LiveRows {
  readonly rows: Readonly<ShallowRef<readonly Row[]>>;
  /** False until the first snapshot is whole. */
  readonly isKnown: Readonly<ShallowRef<boolean>>;
  /** These rows as their calls are now; the same array as long as none of them has changed. */
  seen(rows: () => readonly Row[]): ComputedRef<readonly Row[]>;
}

/** Of so many rows, and more, none changes places under a hand that scrolls, but once a second. */
const MANY = 1000;
const SCROLLED_EVERY_MS = 1000;

/** Asks for a frame, and gives what calls it off. */
export type Frame = (run: () => void) => () => void;

const nextFrame: Frame = (run) => {
  const asked = requestAnimationFrame(run);
  return () => cancelAnimationFrame(asked);
};

export function useLiveRows(sort: Readonly<Ref<Sort>>, isScrolling: () => boolean, frame: Frame = nextFrame): LiveRows {
  const { live, clock } = useConsole();
  const isKnown = shallowRef(live.picture.known);
  let rows: readonly Row[] = [];
  /** Bounded by the live calls. */
  const known = idsOf(rows);
  let madeAt = 0;
  const contextOf = ({ agents, queues }: Picture): RowContext => ({ now: clock.now.value, nameOf: (id) => agents.get(id)?.name ?? id, limitsOf: (name) => queues.get(name)?.alarms });
  const make = (picture: Picture): readonly Row[] => {
    // Each of them would cost the frames that scrolling needs.
    if (rows.length >= MANY && performance.now() - madeAt < SCROLLED_EVERY_MS && isScrolling()) return rows;
    madeAt = performance.now();
    isKnown.value = picture.known;
    rows = orderRows(rows, picture.calls, contextOf(picture), COMPARE[sort.value], known);
    return rows;
  };
  const made = live.slice(["calls", "queues"], make, { everyMs: EVERY_MS });
  const shown = shallowRef(made.value);
  watch(made, (now) => (shown.value = now));
  const again = (): void => {
    shown.value = make(live.picture);
  };
  watch(sort, () => {
    madeAt = 0;
    again();
  });
  watch(clock.now, () => {
    if (performance.now() - madeAt >= QUIET_MS) again();
  });
  // Not a slice of every frame: a frame costs the browser more than what is drawn in it, and nearly all calls that change are not seen.
  let ids: ReadonlySet<string> = new Set();
  const changed = shallowRef(0);
  // One frame for all that has changed before it: drawing after each message would be for nobody.
  let callOff: (() => void) | null = null;
  const drawn = (): void => {
    callOff = null;
    changed.value++;
  };
  live.on(({ data }) => {
    if (callOff === null && "call" in data && data.call !== null && ids.has(data.call.id)) callOff = frame(drawn);
  });
  onScopeDispose(() => callOff?.());
  const seen = (of: () => readonly Row[]) => {
    const now = computed<readonly Row[]>((before) => {
      void changed.value;
      const context = contextOf(live.picture);
      const fresh = of().map((row, at) => {
        const known = before?.[at];
        return freshRow(known?.call.id === row.call.id && known.call === live.picture.calls.get(row.call.id) ? known : row, live.picture.calls, context);
      });
      return before?.length === fresh.length && fresh.every((row, at) => row === before[at]) ? before : fresh;
    });
    watch(now, (rows) => (ids = idsOf(rows)), { immediate: true });
    return now;
  };
  return { rows: shown, isKnown, seen };
}
