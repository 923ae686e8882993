/** What a form's fields can be chosen from, asked for once when the form opens. */
import { shallowRef, watch, type Ref } from "vue";
import { ApiProblem } from "../api/problem.js";
import type { Api } from "../api/client.js";
import { useConsole } from "../console.js";
import type { Picker, PickerName, PickerOption } from "./overlay.js";

/** The API's largest page: what is beyond it can still be written. */
const MOST = 1000;
/** Kinds of events (`/docs/events`). */
const TOPICS = ["call", "recording", "consult", "agent", "queue", "department", "offer", "callback", "message", "calllog", "directory", "switch", "security", "webhook"] as const;

type Known = Partial<Record<PickerName, Picker>>;

const same = (value: string): PickerOption => ({ value, label: value });
const named = (value: string, name: string): PickerOption => ({ value, label: name === value ? value : `${name} (${value})` });
/** Where the list is not whole, something else can be written too. */
const picker = (options: readonly PickerOption[], total: number): Picker => ({ options, strict: options.length >= total });

async function ask(api: Api, name: PickerName): Promise<Picker> {
  const params = { query: { limit: MOST } };
  switch (name) {
    case "agents": {
      const { data } = await api.GET("/voiceconfig/voiceagents", { params });
      return picker((data?.items ?? []).map((agent) => named(agent.id, agent.name)), data?.total ?? 0);
    }
    case "departments": {
      const { data } = await api.GET("/voiceconfig/departments", { params });
      return picker((data?.items ?? []).map((department) => same(department.name)), data?.total ?? 0);
    }
    case "trunks": {
      const { data } = await api.GET("/voiceconfig/trunks", { params });
      return picker((data?.items ?? []).map((trunk) => same(trunk.name)), data?.total ?? 0);
    }
    case "configs": {
      const { data } = await api.GET("/voiceconfig/configs", { params });
      return picker((data?.items ?? []).map((config) => ({ value: config.id, label: config.name })), data?.total ?? 0);
    }
    case "sounds": {
      const { data } = await api.GET("/voiceconfig/sounds");
      return { options: (data?.items ?? []).map((sound) => same(sound.name)), strict: false };
    }
    case "timeZones":
      return { options: ["UTC", ...Intl.supportedValuesOf("timeZone")].map(same), strict: false };
    case "topics":
      return { options: TOPICS.map(same), strict: false };
  }
}

/** A list that cannot be had is not there: the field can be written. */
export function usePickers(names: () => readonly PickerName[]): Readonly<Ref<Known>> {
  const { api } = useConsole();
  const known = shallowRef<Known>({});
  watch(() => [...new Set(names())].join(), (joined) => {
    for (const name of new Set(names())) {
      if (known.value[name] !== undefined || joined === "") continue;
      ask(api, name).then(
        (found) => (known.value = { ...known.value, [name]: found }),
        (error: unknown) => {
          if (!(error instanceof ApiProblem)) throw error;
        },
      );
    }
  }, { immediate: true });
  return known;
}
