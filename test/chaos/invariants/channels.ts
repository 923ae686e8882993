import type { Row } from "../switch.js";
import { unknown, type Invariant } from "./types.js";

const COMPARED = ["callstate", "direction", "dest"] as const;

/** Of a leg that was sent to an inline program, FreeSWITCH's table keeps that as the destination; its events, and the API, go on with the number. */
const isProgram = (row: Row, column: string): boolean => column === "dest" && row["dialplan"] === "inline";

/** An event and a row write an encoded `+` of a contact differently. */
const value = (row: Row, column: string): string => (row[column] ?? "").replaceAll("%2B", "+");

/** The picture that the API shows is what the switch has. */
export const channels: Invariant = {
  name: "the API shows the channels that FreeSWITCH has",
  async problems({ root, fs, journal }) {
    const [{ status, body }, rows] = [await root.get("/api/v2/channels"), await fs.rows()];
    if (status !== 200) return unknown("the list of channels");
    for (const { uuid } of rows) if (uuid !== undefined) journal.channels.add(uuid);
    const shown = new Map((body as { data: { rows: Row[] } }).data.rows.map((row) => [row["uuid"] ?? "", row]));
    const real = new Map(rows.map((row) => [row["uuid"] ?? "", row]));
    return [
      ...[...shown.keys()].filter((uuid) => !real.has(uuid)).map((uuid) => ({ subject: `channel ${uuid}`, expected: "not in the list, since FreeSWITCH has none", found: `a ghost: ${JSON.stringify(shown.get(uuid))}` })),
      ...[...real].flatMap(([uuid, row]) => {
        const view = shown.get(uuid);
        if (view === undefined) return [{ subject: `channel ${uuid}`, expected: JSON.stringify(row), found: "not in the list" }];
        return COMPARED.filter((column) => !isProgram(row, column) && value(view, column) !== value(row, column)).map((column) => ({ subject: `${column} of channel ${uuid}`, expected: String(row[column]), found: String(view[column]) }));
      }),
    ];
  },
};
