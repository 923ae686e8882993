/** Asks the directory while somebody types: the last question counts, and what it found is kept up to date by the stream. */
import { computed, onScopeDispose, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from "vue";
import type { Contact } from "../../api/types.js";
import { useConsole } from "../../console.js";
import type { DeskApi } from "./desk-api.js";
import { newsOf, withNews, type News } from "./directory-search.js";

const PAUSE_MS = 120;
const MOST = 60;
export type Kind = "all" | Contact["type"];

export interface Directory {
  readonly contacts: Readonly<ShallowRef<readonly Contact[]>>;
  readonly state: Readonly<ShallowRef<"loading" | "known" | "failed">>;
  /** Counts the answers; what is shown between two of them stays in its order. */
  readonly answer: Readonly<ShallowRef<number>>;
  /** False while the answer to what has been typed is still to come: what is shown is that of an earlier question. */
  readonly isCurrent: ComputedRef<boolean>;
}

/** `isWanted`: false while nothing is to be looked for. */
export function useDirectory(api: DeskApi, query: Ref<string>, kind: Ref<Kind>, isWanted: () => boolean): Directory {
  const { live } = useConsole();
  const contacts = shallowRef<readonly Contact[]>([]);
  const state = shallowRef<"loading" | "known" | "failed">("loading");
  const answer = shallowRef(0);
  const answered = shallowRef<string | null>(null);
  const question = computed(() => `${kind.value} ${query.value.trim()}`);
  const isCurrent = computed(() => answered.value === question.value);
  let asking: AbortController | null = null;
  /** Since the last question. Bounded by the directory. */
  let told: News = new Map();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = (): void => {
    clearTimeout(timer);
    asking?.abort();
  };
  onScopeDispose(stop);

  const ask = async (): Promise<void> => {
    const mine = (asking = new AbortController());
    const q = query.value.trim();
    const asked = question.value;
    told = new Map();
    try {
      const found = await api.directory({ ...(q === "" ? {} : { q }), ...(kind.value === "all" ? {} : { type: kind.value }), limit: MOST }, mine.signal);
      if (mine.signal.aborted) return;
      contacts.value = withNews(found, told);
      state.value = "known";
      answered.value = asked;
      answer.value++;
    } catch {
      if (!mine.signal.aborted) state.value = "failed";
    }
  };
  let isFirst = true;
  watch([query, kind, isWanted], () => {
    stop();
    if (!isWanted()) {
      contacts.value = [];
      answered.value = null;
      return;
    }
    // The first look is at once.
    timer = setTimeout(() => void ask(), isFirst ? 0 : PAUSE_MS);
    isFirst = false;
  }, { immediate: true });

  live.on(({ type, data }) => {
    if (type !== "directory.presence") return;
    const news = newsOf(data);
    told = new Map([...told, ...news]);
    if (contacts.value.length > 0) contacts.value = withNews(contacts.value, news);
  });
  return { contacts, state, answer, isCurrent };
}
