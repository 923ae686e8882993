/** What the list of a page shows, and how it comes to show something else. */
import { computed, onScopeDispose, shallowRef, type ComputedRef } from "vue";
import { useRoute, useRouter } from "vue-router";
import { entryOf, queryOf, readState, type Kept, type ListState } from "./list-state.js";

export interface ShownList {
  readonly state: ComputedRef<ListState>;
  /** As a step that one can go back, or instead of what is shown. */
  readonly show: (next: ListState, isStep?: boolean) => void;
}

export function useListState(filters: () => readonly Kept[]): ShownList {
  const route = useRoute();
  const router = useRouter();
  const entry = shallowRef<unknown>(history.state);
  // The history has its new entry by then.
  onScopeDispose(router.afterEach(() => (entry.value = history.state)));
  return {
    state: computed(() => readState(route.query, filters(), entry.value)),
    // By force: the address may stay what it is.
    show: (next, isStep = false) => void router.push({ query: queryOf(next, filters()), state: entryOf(next, filters()), force: true, replace: !isStep }),
  };
}
