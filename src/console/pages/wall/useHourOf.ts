/** The last hour of one department: asked for once, and kept up to date by the stream's figures. */
import { onMounted, shallowRef, watch, type Ref, type ShallowRef } from "vue";
import { ApiProblem } from "../../api/problem.js";
import { useConsole } from "../../console.js";
import { withNow, type Step } from "./sparkline.js";

export const STEP_MS = 300_000;
export const HOUR_MS = 3_600_000;

export function useHourOf(name: string, waiting: Readonly<Ref<number>>): Readonly<ShallowRef<readonly Step[]>> {
  const { api, clock, live } = useConsole();
  const steps = shallowRef<readonly Step[]>([]);
  const now = (): void => {
    // What is not kept up to date is not drawn on.
    if (live.connection.value.kind === "live") steps.value = withNow(steps.value, clock.now.value, waiting.value, STEP_MS, HOUR_MS);
  };
  watch([waiting, () => Math.floor(clock.now.value / STEP_MS)], now, { immediate: true });
  onMounted(async () => {
    try {
      const { data } = await api.GET("/voicechannel/queues/{name}/history", { params: { path: { name }, query: { since: new Date(clock.now.value - HOUR_MS).toISOString(), stepS: STEP_MS / 1000 } } });
      steps.value = (data?.items ?? []).map(({ at, waiting: most }) => ({ at: Date.parse(at), waiting: most }));
      now();
    } catch (error) {
      // Without the past the card is as good: it begins with now. A department that does not exist has none.
      if (!(error instanceof ApiProblem)) throw error;
    }
  });
  return steps;
}
