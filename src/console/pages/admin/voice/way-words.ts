import { computed, type ComputedRef } from "vue";
import { useConsole } from "../../../console.js";
import { usePickers } from "../../../forms/pickers.js";
import type { WayWords } from "./way.js";

/** With the names of agents and other configurations, as soon as they are known. */
export function useWayWords(): ComputedRef<WayWords> {
  const { t } = useConsole();
  const pickers = usePickers(() => ["agents", "configs"]);
  const date = new Intl.DateTimeFormat(t.common.locale, { dateStyle: "medium", timeZone: "UTC" });
  return computed(() => ({
    voice: t.admin.voice,
    listOf: t.common.listOf,
    nameOf: (type, id) => (type === "client" ? pickers.value.agents : pickers.value.configs)?.options.find(({ value }) => value === id)?.label ?? id,
    dateOf: (iso) => (Number.isNaN(Date.parse(iso)) ? iso : date.format(new Date(iso))),
  }));
}
