/** What the console needs besides the API. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DEMO_PASSWORD, demoPeople } from "../auth/index.js";
import type { HttpServices } from "../http/index.js";
import type { Directory } from "../people/index.js";

/** Where it is built, seen from `src` and from `dist` alike; null: it is not built. */
function consoleDirectory(): string | null {
  const directory = fileURLToPath(new URL("../../dist/console", import.meta.url));
  return existsSync(join(directory, "index.html")) ? directory : null;
}

/** `demonstration`: its organization; null: calls are real. */
export function consoleServices({ sipUrl, directory, demonstration }: { readonly sipUrl: string; readonly directory: Directory; readonly demonstration: number | null }): Pick<HttpServices, "console" | "demonstration"> {
  const built = consoleDirectory();
  return {
    ...(built === null ? {} : { console: { directory: built, sipUrl } }),
    ...(demonstration === null ? {} : { demonstration: () => ({ password: DEMO_PASSWORD, people: demoPeople().map(({ username, role, agentId }) => ({ username, role, name: (agentId === null ? undefined : directory.agent(demonstration, agentId)?.name) ?? username })) }) }),
  };
}
