import { SUPERVISION_MODES, type Role, type SupervisionMode } from "../people/index.js";

const ALL: ReadonlySet<SupervisionMode> = new Set(SUPERVISION_MODES);
const NONE: ReadonlySet<SupervisionMode> = new Set();

/** The supervision modes of a role, given those that its user or token was given (null: none were named). This alone decides it. */
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
