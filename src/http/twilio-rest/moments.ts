/** Times in the filters of Twilio's lists: `StartTime`, `StartTime<`, `StartTime>`. */
import { z } from "zod";
import { field } from "./form.js";

/** A day or a moment, with the words of Twilio's comparisons in the parameter's name. */
export const Moment = field(z.string().transform((text, context) => {
  const at = new Date(text);
  if (!Number.isNaN(at.getTime())) return { at, isDay: /^\d{4}-\d{2}-\d{2}$/.test(text) };
  context.addIssue({ code: "custom", message: "is no date" });
  return z.NEVER;
}).optional());

const DAY_MS = 86_400_000;
type Bound = z.output<typeof Moment>;

/** A day alone is that whole day (UTC). */
export function between(on: Bound, before: Bound, after: Bound): readonly [from: Date | undefined, until: Date | undefined] {
  if (on !== undefined) return [on.at, new Date(on.at.getTime() + (on.isDay ? DAY_MS : 1000))];
  // `<` and `>` of Twilio's name take the bound itself in.
  return [after?.at, before === undefined ? undefined : new Date(before.at.getTime() + (before.isDay ? DAY_MS : 1000))];
}
