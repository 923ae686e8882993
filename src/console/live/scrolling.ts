/** Scrolling counts as over so long after the last scroll event. */
const SCROLL_RESTS_MS = 150;

/** Tells whether something on the page is being scrolled: the page, or any part of it. */
export function watchScrolling(page: Pick<Document, "addEventListener">): () => boolean {
  let scrolledAt = -Infinity;
  // A part's scroll event does not bubble.
  page.addEventListener("scroll", () => (scrolledAt = performance.now()), { capture: true, passive: true });
  return () => performance.now() - scrolledAt < SCROLL_RESTS_MS;
}
