/** What colleagues, departments and shared numbers are called: read once, and kept up to date by the stream. */
import { onMounted, shallowRef, type ShallowRef } from "vue";
import type { Contact } from "../../api/types.js";
import { useConsole } from "../../console.js";
import type { DeskApi } from "./desk-api.js";
import { keyOf } from "./directory-search.js";
import { bookOf, type Book } from "./parties.js";

const MOST = 1000;

export function useNames(api: DeskApi): Readonly<ShallowRef<Book>> {
  const { live } = useConsole();
  /** Bounded by the directory. */
  const contacts = new Map<string, Contact>();
  const book = shallowRef<Book>(new Map());
  live.on(({ type, data }) => {
    if (type !== "directory.presence") return;
    for (const item of data.items) contacts.set(keyOf(item), item);
    for (const gone of data.removed) contacts.delete(keyOf(gone));
    book.value = bookOf(contacts.values());
  });
  onMounted(async () => {
    // Without names, ids and numbers are shown.
    for (const item of await api.directory({ limit: MOST }).catch(() => [])) contacts.set(keyOf(item), item);
    book.value = bookOf(contacts.values());
  });
  return book;
}
