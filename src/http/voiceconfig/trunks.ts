/** Trunks: the gateways by which an organization reaches the outside. */
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { sofiaName } from "../../freeswitch/index.js";
import { organizationFor } from "../../people/index.js";
import { network, trunkAccount, trunkProxy, type TrunkRecord } from "../../provisioning/index.js";
import { present } from "../../present.js";
import { pageOf } from "../../pages.js";
import { CONFIGURING_ROLES, SUPERVISING_ROLES, actorOf, type RouteAccess } from "../access.js";
import type { Face } from "../app-types.js";
import { addCollection, tagged, type Answer } from "../collection.js";
import { contentTag } from "../etag.js";
import { errors, WITH_TAG, word } from "../schemas.js";
import { homeOf, listQuery, page } from "./listing.js";
import { OrganizationQuery, Removed } from "./schemas.js";

const Trunk = z
  .object({
    name: z.string().describe("The gateway's name in FreeSWITCH."),
    organization: z.string().nullable(),
    proxy: z.string().describe("The provider's address."),
    username: z.string().describe("Of the account; empty: none."),
    register: z.boolean().describe("Whether FreeSWITCH registers there."),
    networks: z.array(z.string()).readonly().describe("From which its calls come."),
    createdAt: z.string().meta({ format: "date-time" }),
  })
  .meta({ id: "Trunk", description: "A trunk, without its password." });
const WithState = Trunk.extend({
  gateways: z
    .array(z.object({ node: z.string(), state: z.enum(["up", "down", "unknown"]), registration: z.string().nullable().describe("FreeSWITCH's word, such as `REGED`, `NOREG` or `FAIL_WAIT`.") }))
    .readonly()
    .describe("What each FreeSWITCH says of it now; `unknown`: it does not know the gateway (yet), or is not reachable."),
}).meta({ id: "TrunkWithState", description: "A trunk, and what each FreeSWITCH says of it." });

export const Fields = {
  username: word(trunkAccount).nullable().optional().describe("Of the account; null or absent: none."),
  password: word(trunkAccount).nullable().optional().describe("Write-only; null: none."),
  register: z.boolean().optional().describe("Needs a user name and a password."),
  networks: z.array(word(network, 64)).max(100).optional().describe("Addresses and networks from which its calls come, such as `192.0.2.0/24`; replaces the whole set."),
};
const Proxy = word(trunkProxy).describe("Host, port and transport, such as `sip.example.com:5080;transport=tcp`.");
const CreateBody = z.strictObject({ name: word(sofiaName, 64), proxy: Proxy, ...Fields });
const ChangeBody = z.strictObject({ proxy: Proxy.optional(), ...Fields });

/** The store knows no account by an empty name. */
const account = <T extends { readonly username?: string | null | undefined; readonly password?: string | null | undefined }>({ username, password, ...rest }: T) => ({ ...present(rest), ...present({ username: username === null ? "" : username, password: password === null ? "" : password }) });

const TrunkParams = z.object({ trunk: word(sofiaName, 64) });
const onTrunk = (roles: RouteAccess["roles"]): RouteAccess => ({ roles, names: { object: "trunk", parameter: "trunk" } });

const tags = ["trunks"];

export const trunks: Face = (app, { administration, directory }) => {
  const shown = ({ name, organizationId, proxy, username, register, networks, createdAt }: TrunkRecord): z.output<typeof Trunk> => ({ name, organization: directory.organization(organizationId)?.name ?? null, proxy, username, register, networks, createdAt: createdAt.toISOString() });
  const withState = async (trunk: z.output<typeof Trunk>): Promise<z.output<typeof WithState>> => ({ ...trunk, gateways: await administration.trunks.states(trunk.name) });
  const found = async (request: FastifyRequest, name: string): Promise<z.output<typeof Trunk>> => shown(await administration.trunks.get(actorOf(request), name));
  /** The tag is that of the settings: the state of a gateway changes by itself. */
  const now = async (request: FastifyRequest, name: string): Promise<Answer> => tagged(await found(request, name));

  addCollection(app, {
    url: "/trunks",
    item: "/trunks/:trunk",
    list: {
      schema: { operationId: "listTrunks", tags, summary: "The trunks, with the state of their gateways; of all organizations for root without `domain`.", querystring: listQuery(["name", "createdAt"]), response: { 200: page(WithState), ...errors } },
      access: { roles: SUPERVISING_ROLES },
      async answer(request) {
        const actor = actorOf(request);
        const { domain, ...asked } = request.query;
        const home = homeOf(directory, actor, domain);
        const all = (await administration.trunks.list(home)).map(shown);
        const { items, total, next } = pageOf(all, asked, { id: ({ name }) => name, valueOf: (trunk, sort) => (sort === "createdAt" ? trunk.createdAt : trunk.name), words: ({ name, proxy }) => [name, proxy] });
        return { body: { items: await Promise.all(items.map(withState)), total, next } };
      },
    },
    fetch: {
      schema: { operationId: "getTrunk", tags, summary: "One trunk, with the state of its gateways.", params: TrunkParams, response: { 200: WithState, ...errors } },
      access: onTrunk(SUPERVISING_ROLES),
      async answer(request) {
        const trunk = await found(request, request.params.trunk);
        // Never 304: the state is not in the tag.
        return { body: await withState(trunk), tag: contentTag(trunk), isVolatile: true };
      },
    },
    create: {
      schema: { operationId: "createTrunk", tags, summary: "Makes a trunk; FreeSWITCH learns of it at once. To dial by it, set the organization's `dialString`.", querystring: OrganizationQuery, body: CreateBody, response: { 201: Trunk, ...errors } },
      access: { roles: CONFIGURING_ROLES },
      async answer(request) {
        const actor = actorOf(request);
        const { id } = organizationFor(directory, actor, request.query.domain);
        return tagged(shown(await administration.trunks.create(actor, { organizationId: id, ...account(request.body) })));
      },
    },
    update: {
      method: "PUT",
      schema: { operationId: "updateTrunk", tags, summary: "Changes what is given of a trunk; FreeSWITCH registers anew.", description: WITH_TAG, params: TrunkParams, body: ChangeBody, response: { 200: Trunk, ...errors } },
      access: onTrunk(CONFIGURING_ROLES),
      before: (request) => now(request, request.params.trunk),
      answer: async (request) => tagged(shown(await administration.trunks.update(actorOf(request), request.params.trunk, account(request.body)))),
    },
    remove: {
      status: 204,
      schema: { operationId: "removeTrunk", tags, summary: "Removes a trunk, whose calls go on; 409 `InUse` while a dial string or a phone line goes by it.", description: WITH_TAG, params: TrunkParams, response: { 204: Removed, ...errors } },
      access: onTrunk(CONFIGURING_ROLES),
      before: (request) => now(request, request.params.trunk),
      async answer(request) {
        await administration.trunks.remove(actorOf(request), request.params.trunk);
        return {};
      },
    },
  });
};
