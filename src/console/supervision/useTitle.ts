/** The tab says that one listens, also while another tab is seen: in its title, and by the colour of its icon. */
import { onScopeDispose, watch, type Ref } from "vue";
import type { Mode } from "../api/types.js";

/** The modes' colours on a tab, which has no dark or light of its own. */
const COLOURS: Readonly<Record<Mode, string>> = { listen: "#596775", whisper: "#7c4dd0", barge: "#c23a2f" };
const icon = (colour: string): string => `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="${colour}"/><path d="M9 12a7 7 0 1 1 14 0c0 6.500-6.500 6.500-6.500 11a3.700 3.700 0 0 1-7.500 0" fill="none" stroke="#fff" stroke-width="2.800" stroke-linecap="round"/></svg>`)}`;

export function useTitle(shown: Readonly<Ref<{ readonly mode: Mode; readonly title: string } | null>>): void {
  let before: { readonly title: string; readonly icon: string } | null = null;
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  const restore = (): void => {
    if (before === null) return;
    document.title = before.title;
    link?.setAttribute("href", before.icon);
    before = null;
  };
  watch(shown, (now) => {
    if (now === null) return restore();
    before ??= { title: document.title, icon: link?.getAttribute("href") ?? "" };
    document.title = now.title;
    link?.setAttribute("href", icon(COLOURS[now.mode]));
  }, { immediate: true });
  onScopeDispose(restore);
}
