/** What reports read. Months of it are many rows, so they come from prepared statements as they are, without a mapping of each. */
import type { CountedRow, FigureStore, StatusRow } from "../../reports/index.js";
import type { Connection, SqliteEngine } from "./engine.js";

type Counted = [at: number, kind: CountedRow["kind"], department: string | null, agentId: string | null, ms: number, begins: number];
type Status = [since: number, status: StatusRow["status"], reason: string | null, department: string | null];

const STATUS = "SELECT since, status, reason, department FROM agent_status WHERE organization_id = ? AND agent_id = ?";

function statements({ sqlite }: Connection) {
  return {
    counted: sqlite.prepare<[number, number, number], Counted>("SELECT at, kind, department, agent_id, ms, begins FROM call_figures WHERE organization_id = ? AND at >= ? AND at < ?").raw(),
    departments: sqlite.prepare<[number, number, number], string>("SELECT DISTINCT department FROM call_figures WHERE organization_id = ? AND at >= ? AND at < ? AND department IS NOT NULL").pluck(),
    statuses: sqlite.prepare<[number, string, number, number], Status>(`${STATUS} AND since >= ? AND since < ? ORDER BY since, id`).raw(),
    before: sqlite.prepare<[number, string, number], Status>(`${STATUS} AND since < ? ORDER BY since DESC, id DESC LIMIT 2`).raw(),
    // One step of the index for each agent, where DISTINCT would read all of it.
    agents: sqlite
      .prepare<[{ readonly organizationId: number }], string>(
        `WITH RECURSIVE known (id) AS (
          SELECT min(agent_id) FROM agent_status WHERE organization_id = @organizationId
          UNION ALL SELECT (SELECT min(agent_id) FROM agent_status WHERE organization_id = @organizationId AND agent_id > known.id) FROM known WHERE known.id IS NOT NULL
        ) SELECT id FROM known WHERE id IS NOT NULL`,
      )
      .pluck(),
  };
}

export class SqliteFigures implements FigureStore {
  readonly #engine: SqliteEngine;
  #prepared: ReturnType<typeof statements> | null = null;

  constructor(engine: SqliteEngine) {
    this.#engine = engine;
  }

  /** With the first use: the command line has none for them. */
  get #statements(): ReturnType<typeof statements> {
    return (this.#prepared ??= statements(this.#engine.reader));
  }

  counted(organizationId: number, from: number, to: number): Promise<readonly CountedRow[]> {
    return this.#engine.read(async () => this.#statements.counted.all(organizationId, from, to).map(([at, kind, department, agentId, ms, begins]) => ({ at, kind, department, agentId, ms, begins: begins === 1 })));
  }

  statuses(organizationId: number, agentId: string, from: number, to: number): Promise<readonly StatusRow[]> {
    return this.#engine.read(async () => {
      const { before, statuses } = this.#statements;
      const rows = [...before.all(organizationId, agentId, from).reverse(), ...statuses.all(organizationId, agentId, from, to)];
      return rows.map(([since, status, reason, department]) => ({ since, status, reason, department }));
    });
  }

  departments(organizationId: number, from: number, to: number): Promise<readonly string[]> {
    return this.#engine.read(async () => this.#statements.departments.all(organizationId, from, to));
  }

  agents(organizationId: number): Promise<readonly string[]> {
    return this.#engine.read(async () => this.#statements.agents.all({ organizationId }));
  }
}
