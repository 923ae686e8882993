import { computed, type ComputedRef } from "vue";
import type { Me } from "../api/types.js";
import { useConsole } from "../console.js";

/** Who is logged in, also while somebody signs out: null then. To be called in a component's setup. */
export function useLoggedIn(): ComputedRef<Me | null> {
  const { session } = useConsole();
  return computed(() => (session.state.value.kind === "in" || session.state.value.kind === "over" ? session.state.value.me : null));
}
