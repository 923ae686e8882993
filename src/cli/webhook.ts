import type { Command } from "commander";
import { isTopic } from "../events/index.js";
import { systemClock } from "../clock.js";
import { notFound } from "../errors.js";
import { AddressGuard, OutboundClient } from "../outbound/index.js";
import { present } from "../present.js";
import { newSecret, PREVIOUS_MS, shownUrl, testWebhook, type WebhookRecord, type WebhookState } from "../webhooks/index.js";
import { WebUrl } from "../voice-app/index.js";
import { organizationNamed, withStore } from "./context.js";
import { SilentFailure, UsageError, type CliIo } from "./io.js";
import { json } from "./output.js";
import { addList } from "./owned.js";
import { list } from "./parse.js";

interface Owned {
  readonly org: string;
  readonly json?: true;
}

interface Settings extends Owned {
  readonly url?: string;
  readonly topics?: string;
  readonly description?: string;
  readonly enable?: true;
  readonly disable?: true;
}

const shown = ({ organizationId: _organizationId, secret: _secret, previousSecret: _previous, ...rest }: WebhookRecord, organization: string | null) => ({ ...rest, organization });

const urlOf = (url: string): string => {
  if (!WebUrl.safeParse(url).success) throw new UsageError("--url is not an http or https URL.");
  return url;
};

function topicsOf(text: string): readonly string[] {
  const topics = [...new Set(list(text))];
  const unknown = topics.find((topic) => !isTopic(topic));
  if (unknown !== undefined || topics.length === 0) throw new UsageError(`--topics: "${unknown ?? ""}" is neither a type nor a kind of events.`);
  return topics;
}

const idOf = (text: string): number => (/^[1-9][0-9]{0,14}$/.test(text) ? Number(text) : 0);

/** `webhook create`, `set`, `rotate`, `test`, `deliveries`, `remove` and `list`. A secret is shown when it is made, and never again. */
export function addWebhookCommands(program: Command, io: CliIo): void {
  const webhook = program.command("webhook").description("webhooks: servers of an organization that are told of its events");
  const owned = (command: Command): Command => command.argument("<id>").requiredOption("--org <name>", "whose webhook it is").option("--json", "print JSON");

  webhook
    .command("create")
    .description("make a webhook; its secret is printed this once")
    .argument("<url>", "asked with POST")
    .requiredOption("--org <name>", "whose webhook it is")
    .requiredOption("--topics <topics>", "kinds and types of events, such as call,calllog.completed")
    .option("--description <text>", "for people")
    .option("--json", "print JSON")
    .action(async (url: string, options: Owned & { readonly topics: string; readonly description?: string }) => {
      const settings = { url: urlOf(url), topics: topicsOf(options.topics), description: options.description ?? "", enabled: true };
      await withStore(io, async ({ unit }) => {
        const made = await unit(async (tx, note) => {
          const owner = await organizationNamed(tx, options.org);
          const created = await tx.webhooks.create(owner.id, settings, newSecret());
          await note(owner.id, "webhook.create", String(created.id), { url: shownUrl(url), topics: created.topics.join(","), enabled: true });
          return created;
        });
        io.out(options.json ? json({ ...shown(made, options.org), secret: made.secret }) : `Webhook ${made.id} made.\nIts secret, which is not shown again: ${made.secret}\n`);
      });
    });

  owned(webhook.command("set").description("change a webhook"))
    .option("--url <url>")
    .option("--topics <topics>", "kinds and types of events, such as call,calllog.completed")
    .option("--description <text>", "for people")
    .option("--enable", "tell it events again")
    .option("--disable", "tell it nothing, and drop what waits")
    .action(async (id: string, options: Settings) => {
      if (options.enable && options.disable) throw new UsageError("Give one of --enable and --disable.");
      const enabled = options.enable ? true : options.disable ? false : undefined;
      const change = present({ url: options.url === undefined ? undefined : urlOf(options.url), topics: options.topics === undefined ? undefined : topicsOf(options.topics), description: options.description, enabled });
      if (Object.keys(change).length === 0) throw new UsageError("Give something to change.");
      await withStore(io, async ({ unit }) => {
        const changed = await unit(async (tx, note) => {
          const owner = await organizationNamed(tx, options.org);
          const updated = await tx.webhooks.update(owner.id, idOf(id), change);
          await note(owner.id, "webhook.update", String(updated.id), { changed: Object.keys(change).join(",") });
          return updated;
        });
        io.out(options.json ? json(shown(changed, options.org)) : `Webhook ${changed.id} changed.\n`);
      });
    });

  owned(webhook.command("rotate").description("a new secret, printed this once; for a day requests are signed with the one before, too"))
    .option("--at-once", "the one before ends now")
    .action(async (id: string, options: Owned & { readonly atOnce?: true }) => {
      await withStore(io, async ({ unit }) => {
        const rotated = await unit(async (tx, note) => {
          const owner = await organizationNamed(tx, options.org);
          const made = await tx.webhooks.rotate(owner.id, idOf(id), newSecret(), options.atOnce ? null : new Date(Date.now() + PREVIOUS_MS));
          await note(owner.id, "webhook.rotate", String(made.id), { keepsPrevious: options.atOnce !== true });
          return made;
        });
        io.out(options.json ? json({ ...shown(rotated, options.org), secret: rotated.secret }) : `The new secret of webhook ${rotated.id}, which is not shown again: ${rotated.secret}\n`);
      });
    });

  owned(webhook.command("test").description("send webhook.test now, and tell what was answered")).action(async (id: string, options: Owned) => {
    await withStore(io, async ({ store, config, note }) => {
      const owner = await organizationNamed(store, options.org);
      const client = new OutboundClient({ guard: new AddressGuard({ allowed: config.outboundAllowed }) });
      try {
        const found = (await store.webhooks.list(owner.id)).find((each) => each.id === idOf(id));
        if (found === undefined) throw notFound(`The webhook ${id}`);
        await note(owner.id, "webhook.test", String(found.id));
        const result = await testWebhook(found, owner.domain, { client, clock: systemClock });
        io.out(options.json ? json(result) : result.delivered ? `Delivered: ${result.status ?? ""} in ${result.durationMs} ms.\n` : `Not delivered: ${result.error ?? ""}\n`);
        if (!result.delivered) throw new SilentFailure();
      } finally {
        await client.close();
      }
    });
  });

  owned(webhook.command("deliveries").description("how it does, and how many events wait")).action(async (id: string, options: Owned) => {
    await withStore(io, async ({ store }) => {
      const owner = await organizationNamed(store, options.org);
      const found = (await store.webhooks.list(owner.id)).find((each) => each.id === idOf(id));
      if (found === undefined) throw notFound(`The webhook ${id}`);
      const [state, { total }] = await Promise.all([store.webhooks.state(found.id), store.webhooks.pending(found.id, { offset: 0, limit: 1 })]);
      io.out(options.json ? json({ ...state, pending: total }) : told(state, total));
    });
  });

  owned(webhook.command("remove").description("remove a webhook, and what waits for it")).action(async (id: string, options: Owned) => {
    await withStore(io, async ({ unit }) => {
      await unit(async (tx, note) => {
        const owner = await organizationNamed(tx, options.org);
        await tx.webhooks.remove(owner.id, idOf(id));
        await note(owner.id, "webhook.delete", id);
      });
      io.out(options.json ? json({ id }) : `Webhook ${id} removed.\n`);
    });
  });

  addList(webhook, io, {
    description: "list the webhooks, without their secrets",
    of: (store) => store.webhooks,
    shown,
    columns: { ID: (w) => String(w.id), ORGANIZATION: (w) => w.organization, URL: (w) => w.url, TOPICS: (w) => w.topics.join(","), STATE: (w) => (w.enabled ? "enabled" : w.disabledReason === null ? "disabled" : `disabled: ${w.disabledReason}`) },
  });
}

const told = ({ delivered, failed, dropped, lastStatus, lastError, lastAttemptAt, failingSince }: WebhookState, pending: number): string =>
  [
    `${delivered} delivered, ${failed} attempts failed, ${dropped} dropped, ${pending} waiting`,
    lastAttemptAt === null ? "no attempt yet" : `last attempt at ${lastAttemptAt.toISOString()}: ${lastError ?? `answered ${lastStatus ?? ""}`}`,
    ...(failingSince === null ? [] : [`failing since ${failingSince.toISOString()}`]),
  ].join("\n") + "\n";
