export const reportsEn = {
  title: "Reports",
  zone: (zone: string) => `By the organization's clock (${zone}).`,
  kinds: { departments: "Departments", agents: "Agents" },
  intervals: { "15min": "Quarter of an hour", hour: "Hour", day: "Day" },
  choose: { kind: "Report on", interval: "By", range: "Time", from: "From", to: "Until and with", name: "Only", measure: "Chart" },
  ranges: { today: "Today", yesterday: "Yesterday", week: "Last 7 days", month: "Last 31 days", own: "Other days" },
  all: "All",
  csv: "Download CSV",
  empty: "Nothing happened in this time.",
  hideEmpty: "Hide intervals in which nothing happened",
  total: "Together",
  more: (shown: number, all: number) => `Show more (${shown} of ${all})`,
  cut: (n: number) => `Only the first ${n.toLocaleString("en")} rows are shown. The CSV has all.`,
  chart: (measure: string, who: string) => `Chart: ${measure}, ${who}. The table below has the same figures.`,
  columns: { at: "From", name: "Name", offered: "Offered", answered: "Answered", answeredInTime: "In time", abandoned: "Gave up", overflowed: "Sent on", moved: "Moved", serviceLevel: "Level", averageWaitS: "Average wait", longestWaitS: "Longest wait", missed: "Missed", calls: "Conversations", talkS: "Talked", holdS: "On hold", wrapUpS: "After call", occupancy: "Occupied", onlineS: "Free", inCallS: "In calls", awayS: "Away", offlineS: "Offline" },
};
export type Reports = typeof reportsEn;
