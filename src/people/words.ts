/** The words for what people are and may, and their checks. */
import { invalid } from "../errors.js";
import type { SupervisionMode } from "./index.js";

export const SUPERVISION_MODES = ["listen", "whisper", "barge"] as const satisfies readonly SupervisionMode[];
export const USER_ROLES = ["agent", "supervisor", "admin", "root"] as const;
const TOKEN_NAME = /^[A-Za-z0-9_](?:[A-Za-z0-9 _.-]{0,62}[A-Za-z0-9_.-])?$/;

export function tokenName(value: string, parameter = "name"): string {
  if (!TOKEN_NAME.test(value)) throw invalid(parameter, "is not 1 to 64 letters, digits, spaces and _ . -");
  return value;
}

export const isSupervisionMode = (value: unknown): value is SupervisionMode => SUPERVISION_MODES.some((mode) => mode === value);

export function permissions(values: readonly string[], parameter = "permissions"): readonly SupervisionMode[] {
  const modes = values.filter(isSupervisionMode);
  if (modes.length !== values.length) throw invalid(parameter, `may hold ${SUPERVISION_MODES.join(", ")} and nothing else`);
  return SUPERVISION_MODES.filter((mode) => modes.includes(mode));
}
