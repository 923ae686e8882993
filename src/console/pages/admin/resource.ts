/** One object of the API, with the tag by which a lost update is noticed. */
import { ref, shallowRef, watch, type Ref, type ShallowRef } from "vue";
import { createLatest } from "../../api/latest.js";
import { ApiProblem, sentenceOf } from "../../api/problem.js";
import { useConsole } from "../../console.js";

export interface Tagged<T> {
  readonly value: T;
  readonly etag: string | null;
}

/** A request that has resolved has data: what is refused throws. */
export async function tagged<T>(request: Promise<{ readonly data?: T | undefined; readonly response: Response }>): Promise<Tagged<T>> {
  const { data, response } = await request;
  if (data === undefined) throw new ApiProblem({ status: response.status, code: String(response.status), message: response.statusText });
  return { value: data, etag: response.headers.get("etag") };
}

export const dataOf = async <T>(request: Promise<{ readonly data?: T | undefined; readonly response: Response }>): Promise<T> => (await tagged(request)).value;

export const ifMatch = (etag: string | null): { readonly header?: { readonly "If-Match": string } } => (etag === null ? {} : { header: { "If-Match": etag } });

export interface UsedResource<T> {
  readonly loaded: Readonly<ShallowRef<Tagged<T> | null>>;
  readonly fault: Readonly<Ref<string>>;
  readonly reload: () => Promise<void>;
}

/** Loaded when it opens, and when asked. */
export function useResource<T>(id: () => string, load: (id: string) => Promise<Tagged<T>>): UsedResource<T> {
  const { t } = useConsole();
  const loaded = shallowRef<Tagged<T> | null>(null);
  const fault = ref("");
  const latest = createLatest();
  async function reload(): Promise<void> {
    const isLatest = latest();
    try {
      const found = await load(id());
      if (!isLatest()) return;
      loaded.value = found;
      fault.value = "";
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      if (isLatest()) fault.value = sentenceOf(error, t.common.unreachable);
    }
  }
  watch(id, () => void reload(), { immediate: true });
  return { loaded, fault, reload };
}

/** A moment, as the person's own clock shows it. */
export const momentText = (iso: string | null, locale: string): string => (iso === null ? "–" : new Date(iso).toLocaleString(locale, { dateStyle: "medium", timeStyle: "short" }));
