/** Who is behind a user's token. The user's present rights count, not those at the time of the login. */
import type { Actor, UserRecord } from "../people/index.js";
import { supervisionPermissions } from "./permissions.js";

/** An organization may have a user with root's name, and audit entries show the name alone. No user name holds a colon, so the prefix is unique. */
export const nameInAudit = ({ role, username }: Pick<UserRecord, "role" | "username">): string => (role === "root" ? `root:${username}` : username);

export function userActor(user: UserRecord, tokenId: string, sessionId: string | null): Actor {
  const { id, role, organizationId, agentId, permissions } = user;
  return { name: nameInAudit(user), role, organizationId, agentId, permissions: supervisionPermissions(role, permissions), tokenId, holder: `user ${id}`, userId: id, ...(sessionId === null ? {} : { sessionId }) };
}
