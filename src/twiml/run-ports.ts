import type { Directory } from "../people/index.js";

/** Who and what there is in an organization. */
export type AgentDirectory = Pick<Directory, "organization" | "agent" | "agentByExtension" | "hasDepartment">;
