/** What the commands about messages and callbacks have in common: the operator looks after those of all departments. */
import type { Command } from "commander";
import type { DepartmentWorker } from "../people/index.js";
import { present } from "../present.js";
import type { TimePage } from "../pages.js";
import { operator, organizationNamed, organizationNames, type Session } from "./context.js";
import type { CliIo } from "./io.js";
import { json, table } from "./output.js";
import { count } from "./parse.js";

export const worker = (): DepartmentWorker => ({ ...operator(), agentId: null });

/** The operator is no agent, and gives numbers in international form. */
export const OPERATORS = { directory: { departments: () => [], servesDepartment: () => false }, numbers: { read: () => null } } as const;

export interface ListOptions {
  readonly org?: string;
  readonly department?: string;
  readonly state?: string;
  readonly limit: string;
  readonly json?: true;
}

/** `list` below `parent`, of what is called `what`. */
export const listCommand = (parent: Command, what: string, states: string): Command =>
  parent
    .command("list")
    .description(`list the newest ${what}, newest first`)
    .option("--org <name>", "of one organization")
    .option("--department <name>", "of one department")
    .option("--state <state>", states)
    .option("--limit <count>", "at most so many", "100")
    .option("--json", "print JSON");

type Shown<Item> = Item & { readonly organization: string | null };

/** Prints what `list` finds, each with the name of its organization. Throws NotFound for an unknown one. */
export async function printList<Found extends { readonly organizationId: number }, Item extends object>(
  io: CliIo,
  { store }: Pick<Session, "store">,
  { org, department, limit, json: asJson }: ListOptions,
  { list, shown, headings, row }: {
    readonly list: (organizationId: number | null, filter: { readonly department?: string }, page: TimePage) => Promise<{ readonly items: readonly Found[] }>;
    readonly shown: (found: Found) => Item;
    readonly headings: readonly string[];
    readonly row: (item: Shown<Item>) => readonly (string | null)[];
  },
): Promise<void> {
  const page = { limit: count(limit, "--limit", 1000), after: null, newestFirst: true };
  const names = await organizationNames(store);
  const organization = org === undefined ? null : (await organizationNamed(store, org)).id;
  const { items } = await list(organization, present({ department }), page);
  const all = items.map((item): Shown<Item> => ({ ...shown(item), organization: names.get(item.organizationId) ?? null }));
  io.out(asJson ? json(all) : table(headings, all.map(row)));
}
