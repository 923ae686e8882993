/** Which row of a list is open, by the address: the list's own filters stay, for the way back, in it and in the history's entry. */
import { computed, type ComputedRef } from "vue";
import { useRoute, type RouteLocationRaw } from "vue-router";
import { keptFrom } from "../../lists/list-state.js";

export type Place = { readonly kind: "list" } | { readonly kind: "new" } | { readonly kind: "open"; readonly id: string };

export interface UsedPlace {
  readonly place: ComputedRef<Place>;
  readonly openTo: (id: string) => RouteLocationRaw;
  readonly newTo: ComputedRef<RouteLocationRaw>;
  readonly back: ComputedRef<RouteLocationRaw>;
}

export function usePlace(): UsedPlace {
  const route = useRoute();
  const others = computed(() => Object.fromEntries(Object.entries(route.query).filter(([name]) => name !== "open" && name !== "new")));
  return {
    place: computed(() => {
      const { open } = route.query;
      if (typeof open === "string" && open !== "") return { kind: "open", id: open };
      return "new" in route.query ? { kind: "new" } : { kind: "list" };
    }),
    openTo: (id) => ({ query: { ...others.value, open: id }, state: keptFrom(history.state) }),
    newTo: computed(() => ({ query: { ...others.value, new: "1" }, state: keptFrom(history.state) })),
    back: computed(() => ({ query: others.value, state: keptFrom(history.state) })),
  };
}
