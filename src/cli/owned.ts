/** The commands `list` and `remove`, alike for everything that belongs to organizations. */
import type { Command } from "commander";
import type { Store } from "../store/index.js";
import { organizationNamed, organizationNames, withStore, type Session } from "./context.js";
import type { CliIo } from "./io.js";
import { json, table } from "./output.js";

interface Listing<Item, Shown> {
  readonly description: string;
  readonly of: (store: Store) => { list(organizationId?: number): Promise<readonly Item[]> };
  /** The JSON form. */
  readonly shown: (item: Item, organization: string | null) => Shown;
  /** The table's cells by their headings. */
  readonly columns: Readonly<Record<string, (shown: Shown) => string | null>>;
}

export function addList<Item extends { readonly organizationId: number | null }, Shown>(command: Command, io: CliIo, { description, of, shown, columns }: Listing<Item, Shown>): void {
  const list = command.command("list").description(description).option("--org <name>", "of one organization").option("--json", "print JSON");
  list.action(async (options: { readonly org?: string; readonly json?: true }) => {
    await withStore(io, async ({ store }) => {
      const names = await organizationNames(store);
      const organization = options.org === undefined ? undefined : await organizationNamed(store, options.org);
      const items = (await of(store).list(organization?.id)).map((item) => shown(item, names.get(item.organizationId ?? 0) ?? null));
      io.out(options.json ? json(items) : table(Object.keys(columns), items.map((item) => Object.values(columns).map((cell) => cell(item)))));
    });
  });
}

export function addRemove(command: Command, io: CliIo, key: string, description: string, work: (session: Session, organizationId: number, key: string) => Promise<void>): void {
  const what = command.name();
  const remove = command.command("remove").description(description).argument(`<${key}>`).requiredOption("--org <name>", `whose ${what} it is`).option("--json", "print JSON");
  remove.action(async (word: string, options: { readonly org: string; readonly json?: true }) => {
    await withStore(io, async (session) => {
      await work(session, (await organizationNamed(session.store, options.org)).id, word);
      io.out(options.json ? json({ [key]: word }) : `${what.charAt(0).toUpperCase()}${what.slice(1)} ${word} removed.\n`);
    });
  });
}
