import type { Role, SupervisionMode } from "../people/index.js";
import { SUPERVISION_MODES } from "../people/index.js";

const ALL: ReadonlySet<SupervisionMode> = new Set(SUPERVISION_MODES);
const NONE: ReadonlySet<SupervisionMode> = new Set();

/** The supervision modes that a role has, given what its user or token says (null: nothing was said). The one place that decides this. */
export function supervisionPermissions(role: Role, said: readonly SupervisionMode[] | null): ReadonlySet<SupervisionMode> {
  switch (role) {
    case "root":
    case "admin":
      return ALL;
    case "supervisor":
      return said === null ? ALL : new Set(said);
    case "service":
      return said === null ? NONE : new Set(said);
    case "agent":
      return NONE;
  }
}
