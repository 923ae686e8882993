/** What colleagues, departments and shared numbers are called: read once, and kept up to date by the stream. */
import { onMounted, shallowRef, type ShallowRef } from "vue";
import type { Contact } from "../../api/types.js";
import { useConsole } from "../../console.js";
import type { DeskApi } from "./desk-api.js";
import { keyOf, newsOf, withNews, type News } from "./directory-search.js";
import { bookOf, type Book } from "./parties.js";

const MOST = 1000;

export function useNames(api: DeskApi): Readonly<ShallowRef<Book>> {
  const { live } = useConsole();
  /** Bounded by the directory. */
  const contacts = new Map<string, Contact>();
  const book = shallowRef<Book>(new Map());
  /** Until the directory has answered; null from then on. Bounded by the directory. */
  let told: News | null = new Map();
  live.on(({ type, data }) => {
    if (type !== "directory.presence") return;
    const news = newsOf(data);
    if (told !== null) told = new Map([...told, ...news]);
    for (const [key, contact] of news) {
      if (contact === null) contacts.delete(key);
      else contacts.set(key, contact);
    }
    book.value = bookOf(contacts.values());
  });
  onMounted(async () => {
    // Without names, ids and numbers are shown.
    const found = await api.directory({ limit: MOST }).catch(() => []);
    for (const item of withNews(found, told ?? new Map())) contacts.set(keyOf(item), item);
    told = null;
    book.value = bookOf(contacts.values());
  });
  return book;
}
