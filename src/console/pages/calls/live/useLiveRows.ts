/** The live calls in order, put in order anew at most four times a second. */
import { shallowRef, watch, type Ref, type ShallowRef } from "vue";
import { useConsole } from "../../../console.js";
import type { Picture } from "../../../live/picture.js";
import { COMPARE, idsOf, orderRows, type Row, type Sort } from "./rows.js";

const EVERY_MS = 250;
/** Limits are passed while nothing happens, too. */
const QUIET_MS = 900;

export interface LiveRows {
  readonly rows: Readonly<ShallowRef<readonly Row[]>>;
  /** False until the first snapshot is whole. */
  readonly isKnown: Readonly<ShallowRef<boolean>>;
}

/** Of so many rows, and more, none changes places under a hand that scrolls, but once a second. */
const MANY = 1000;
const SCROLLED_EVERY_MS = 1000;

export function useLiveRows(sort: Readonly<Ref<Sort>>, isScrolled: () => boolean): LiveRows {
  const { live, clock } = useConsole();
  const isKnown = shallowRef(live.picture.known);
  let rows: readonly Row[] = [];
  /** Bounded by the live calls. */
  const known = idsOf(rows);
  let madeAt = 0;
  const make = (picture: Picture): readonly Row[] => {
    // Each of them would cost the frames that scrolling needs.
    if (rows.length >= MANY && performance.now() - madeAt < SCROLLED_EVERY_MS && isScrolled()) return rows;
    madeAt = performance.now();
    isKnown.value = picture.known;
    const { agents, queues } = picture;
    rows = orderRows(
      rows,
      picture.calls,
      {
        now: clock.now.value,
        nameOf: (id) => agents.get(id)?.name ?? id,
        limitsOf: (name) => queues.get(name)?.alarms,
      },
      COMPARE[sort.value],
      known,
    );
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
  return { rows: shown, isKnown };
}
