/** Shows that a page is on its way when it takes a while, and says so when it did not come. */
import { shallowRef, type InjectionKey, type ShallowRef } from "vue";
import type { Router } from "vue-router";
import { isNotLoaded, type Parts } from "../ui/parts.js";

const SHOWN_AFTER_MS = 300;

/** True while a page is awaited for longer than a moment. */
export const PAGE_IS_SLOW: InjectionKey<Readonly<ShallowRef<boolean>>> = Symbol("page is slow");

/** Gives what `PAGE_IS_SLOW` is. */
export function followPages(router: Router, parts: Pick<Parts, "failed" | "leave">): Readonly<ShallowRef<boolean>> {
  const isSlow = shallowRef(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const done = (): void => {
    clearTimeout(timer);
    isSlow.value = false;
  };
  router.beforeEach(() => {
    parts.leave();
    done();
    timer = setTimeout(() => (isSlow.value = true), SHOWN_AFTER_MS);
  });
  router.afterEach(done);
  router.onError((error: unknown, to) => {
    done();
    if (isNotLoaded(error)) parts.failed(error, () => void router.replace(to.fullPath).catch(() => undefined), true);
  });
  return isSlow;
}
