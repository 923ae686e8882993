/** `seeds/002_dfba42f890073f0f.txt` takes its parameters as query, form or JSON alike; an unknown one is refused (CONTRACT §3). */
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { invalid } from "../../errors.js";

const fields = (value: unknown): Readonly<Record<string, unknown>> => (typeof value === "object" && value !== null ? { ...value } : {});

/** Schemas for both places and the reader of what they hold together. */
export function parameters<Shape extends z.ZodRawShape>(shape: Shape) {
  const whole = z.strictObject(shape);
  // Either place may hold a part, so what is required is seen when they are together.
  const part = whole.partial();
  return {
    schema: { querystring: part, body: part, consumes: ["application/json", "application/x-www-form-urlencoded"] },
    /** Throws InvalidParameter for what is missing or given twice with different values. */
    read: ({ query, body }: Pick<FastifyRequest, "query" | "body">): z.output<typeof whole> => {
      const merged: Record<string, unknown> = { ...fields(query) };
      for (const [name, value] of Object.entries(fields(body))) {
        if (merged[name] !== undefined && merged[name] !== value) throw invalid(name, "is given twice, with different values.");
        merged[name] = value;
      }
      const parsed = whole.safeParse(merged);
      if (parsed.success) return parsed.data;
      const [issue] = parsed.error.issues;
      const name = issue?.path.join(".") ?? "";
      throw invalid(name === "" ? "parameters" : name, merged[name] === undefined ? "is missing." : (issue?.message ?? "is malformed."));
    },
  };
}
