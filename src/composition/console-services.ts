/** What the console needs besides the API. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DEMO_PASSWORD, demoPeople } from "../auth/index.js";
import type { HttpServices } from "../http/index.js";
import type { Directory } from "../people/index.js";

/** Where `npm run build` builds it, seen from `src` and from `dist` alike. */
const BUILT = fileURLToPath(new URL("../../dist/console", import.meta.url));

export interface ConsoleSurroundings {
  readonly sipUrl: string;
  /** Where it is built; it is not served when it is not there. */
  readonly built?: string | undefined;
  readonly directory: Directory;
  /** The demonstration's organization; null: calls are real. */
  readonly demonstration: number | null;
}

export function consoleServices({ sipUrl, built = BUILT, directory, demonstration }: ConsoleSurroundings): Pick<HttpServices, "console" | "demonstration"> {
  return {
    ...(existsSync(join(built, "index.html")) ? { console: { directory: built, sipUrl } } : {}),
    ...(demonstration === null ? {} : { demonstration: () => ({ password: DEMO_PASSWORD, people: demoPeople().map(({ username, role, agentId }) => ({ username, role, name: (agentId === null ? undefined : directory.agent(demonstration, agentId)?.name) ?? username })) }) }),
  };
}
