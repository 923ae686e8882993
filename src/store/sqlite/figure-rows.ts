/** Writes what reports count of a call, within a unit of work. */
import { createHash } from "node:crypto";
import type Sqlite from "better-sqlite3";
import type { CallFigure, RefusedFigure } from "../../call-logs/index.js";
import { callFigures } from "../schema.js";
import type { Connection } from "./engine.js";
import { isRefusal } from "./refusal.js";
import { Upsert } from "./upsert.js";

/** What a row says, in the order of its columns. */
type Content = readonly (string | number | null)[];

export class FigureRows {
  readonly #remove: Sqlite.Statement<[string]>;
  readonly #removeAt: Sqlite.Statement<[string, number]>;
  readonly #written: Sqlite.Statement<[string], [position: number, ...content: Content]>;
  readonly #insert: Upsert<typeof callFigures>;
  readonly #setAside: Sqlite.Statement<[number, string, string, string, string]>;

  constructor(writer: Connection) {
    this.#remove = writer.sqlite.prepare("DELETE FROM call_figures WHERE call_id = ?");
    this.#removeAt = writer.sqlite.prepare("DELETE FROM call_figures WHERE call_id = ? AND position = ?");
    this.#written = writer.sqlite.prepare<[string], [number, ...Content]>("SELECT position, organization_id, kind, department, agent_id, at, ms, begins FROM call_figures WHERE call_id = ?").raw();
    this.#insert = new Upsert(writer, callFigures);
    this.#setAside = writer.sqlite.prepare("INSERT INTO cdr_quarantine (at, origin, reason, digest, content) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
  }

  remove(callId: string): void {
    this.#remove.run(callId);
  }

  /**
   * Writes those rows that differ from what is there: a call is counted again with each of its changes, which mostly add one. A refused statement leaves the unit of
   * work as it was before it, so that the record is written all the same.
   */
  save(callId: string, organizationId: number, figures: readonly CallFigure[]): readonly RefusedFigure[] {
    const written = new Map(this.#written.all(callId).map(([position, ...content]) => [position, JSON.stringify(content)]));
    const asWritten = ({ kind, department, agentId, at, ms, begins }: CallFigure): Content => [organizationId, kind, department, agentId, at.getTime(), ms, Number(begins)];
    const stands = figures.map((figure, position) => written.get(position) === JSON.stringify(asWritten(figure)));
    for (const position of written.keys()) if (stands[position] !== true) this.#removeAt.run(callId, position);
    return figures.flatMap((figure, position): readonly RefusedFigure[] => {
      if (stands[position] === true) return [];
      try {
        this.#insert.run({ ...figure, callId, position, organizationId });
        return [];
      } catch (error) {
        if (!isRefusal(error)) throw error;
        this.#quarantine(callId, JSON.stringify({ organizationId, ...figure }), error);
        return [{ figure, error }];
      }
    });
  }

  #quarantine(callId: string, content: string, error: unknown): void {
    const reason = `figures: ${error instanceof Error ? error.message : String(error)}`.slice(0, 500);
    const digest = createHash("sha256").update(`${callId} ${content}`).digest("hex");
    this.#setAside.run(Date.now(), `call ${callId}`, reason, digest, content);
  }
}
