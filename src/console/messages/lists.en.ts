export const listsEn = {
  filters: "Filters",
  all: "All",
  clear: "Clear filters",
  nothingFound: "Nothing fits these filters.",
  newer: (n: number) => (n === 1 ? "Something new. Show it" : `${n} new. Show them`),
  range: (from: number, to: number, total: number | null) => (total === null ? (to === 0 ? "Nothing" : `${from}–${to}`) : total === 0 ? "0 of 0" : `${from}–${to} of ${total.toLocaleString("en")}`),
  soundFailed: "The sound cannot be played. It may have been removed.",
  previous: "Previous",
  next: "Next",
};
export type Lists = typeof listsEn;
