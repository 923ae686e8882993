import { Option, type Command } from "commander";
import { decodeJwt } from "jose";
import { signingSecret, supervisionPermissions } from "../auth/index.js";
import { conflict, notFound } from "../errors.js";
import { permissions as permissionWords, type Store, type TokenRecord } from "../store/index.js";
import { TokenAdministration } from "../staff/index.js";
import { operator, organizationNamed, organizationNames, withNewStore, withStore } from "./context.js";
import { UsageError, type CliIo } from "./io.js";
import { json, table } from "./output.js";
import { duration, list } from "./parse.js";

// Agents log in as users: their tokens need a phone.
const TOKEN_ROLES = ["service", "supervisor", "admin", "root"] as const;

interface CreateOptions {
  readonly org?: string;
  readonly role: (typeof TOKEN_ROLES)[number];
  readonly permissions?: string;
  readonly expires: string;
  readonly name?: string;
  readonly json?: true;
}

function keyIn(token: string): string | undefined {
  try {
    return decodeJwt(token).jti;
  } catch {
    return undefined;
  }
}

/** By its key, by the token itself, or by a service token's name. Throws NotFound, or Conflict when several have the name. */
async function findToken(store: Store, word: string): Promise<TokenRecord> {
  const byKey = await store.tokens.find(keyIn(word) ?? word);
  if (byKey !== null) return byKey;
  const named = (await store.tokens.list({ services: true })).filter(({ name, revokedAt }) => name === word && revokedAt === null);
  const [token, ...others] = named;
  // Not repeated in the message, since it may be a secret.
  if (token === undefined) throw notFound("The token");
  if (others.length > 0) throw conflict(`${named.length} tokens have this name; give the key (callplane token list).`);
  return token;
}

function addCreate(token: Command, io: CliIo): void {
  token
    .command("create")
    .description("make a long-lived token and print it, alone")
    .option("--org <name>", "its organization; root has none")
    .addOption(new Option("--role <role>").choices(TOKEN_ROLES).makeOptionMandatory())
    .option("--permissions <modes>", "supervision modes: listen,whisper,barge (service: none, unless given)")
    .option("--expires <duration>", "such as 90d", "365d")
    .option("--name <name>", "its name in the audit log; by default its role")
    .option("--json", "print JSON")
    .action(async ({ org, role, permissions, expires, name, json: asJson }: CreateOptions) => {
      if (role === "root" ? org !== undefined : org === undefined) throw new UsageError(role === "root" ? "root belongs to no organization; leave --org out." : "--org is needed.");
      const lifetimeMs = duration(expires, "--expires");
      const modes = permissions === undefined ? null : permissionWords(list(permissions));
      const opened = role === "root" ? withNewStore : withStore;
      await opened(io, async ({ config, store }) => {
        const organization = org === undefined ? null : await organizationNamed(store, org);
        const request = { name: name ?? role, organization, role, permissions: modes, lifetimeMs };
        const issued = await new TokenAdministration(store, () => signingSecret(config.jwtSecret, config.jwtSecretFile)).issue(operator(), request);
        const shown = { key: issued.key, token: issued.token, name: request.name, organization: organization?.name ?? null, role, permissions: [...supervisionPermissions(role, modes)], expires: new Date(issued.expires).toISOString() };
        io.out(asJson ? json(shown) : `${issued.token}\n`);
      });
    });
}

/** `token create`, `revoke` and `list`. */
export function addTokenCommands(program: Command, io: CliIo): void {
  const token = program.command("token").description("tokens for integrations");
  addCreate(token, io);

  token
    .command("revoke")
    .description("refuse a token from now on")
    .argument("<token>", "its key, the token itself, or a service token's name")
    .option("--json", "print JSON")
    .action(async (word: string, options: { readonly json?: true }) => {
      await withStore(io, async ({ config, store }) => {
        const { jti, name } = await findToken(store, word);
        await new TokenAdministration(store, () => signingSecret(config.jwtSecret, config.jwtSecretFile)).revoke(operator(), jti);
        io.out(options.json ? json({ key: jti, name, revoked: true }) : `Token ${jti} (${name}) revoked.\n`);
      });
    });

  token
    .command("list")
    .description("list the service tokens that have not expired")
    .option("--json", "print JSON")
    .action(async (options: { readonly json?: true }) => {
      await withStore(io, async ({ store }) => {
        const names = await organizationNames(store);
        const tokens = (await store.tokens.list({ services: true })).map((t) => ({
          key: t.jti,
          name: t.name,
          organization: t.organizationId === null ? null : (names.get(t.organizationId) ?? null),
          role: t.role,
          permissions: [...supervisionPermissions(t.role, t.permissions)],
          expires: t.expiresAt.toISOString(),
          revoked: t.revokedAt !== null,
        }));
        const rows = tokens.map((t) => [t.key, t.name, t.organization, t.role, t.permissions.join(","), t.expires, t.revoked ? "revoked" : "valid"]);
        io.out(options.json ? json(tokens) : table(["KEY", "NAME", "ORGANIZATION", "ROLE", "PERMISSIONS", "EXPIRES", "STATE"], rows));
      });
    });
}
