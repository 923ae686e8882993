/** `webhook.test`, sent when somebody asks for it. */
import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.js";
import { OutboundError, type OutboundClient } from "../outbound/index.js";
import { secretsOf } from "./sender.js";
import { signedHeaders } from "./signature.js";
import type { WebhookRecord } from "./types.js";

/** What came of it. */
export interface TestResult {
  /** As `webhook-id`. */
  readonly id: string;
  readonly delivered: boolean;
  /** Null: there was no answer. */
  readonly status: number | null;
  readonly error: string | null;
  readonly durationMs: number;
}

/** Without what may be secret: user, password and query. */
export function shownUrl(url: string): string {
  if (!URL.canParse(url)) return "";
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

/** The webhook as events name it. */
export const shownWebhook = ({ id, url, description }: Pick<WebhookRecord, "id" | "url" | "description">) => ({ id: String(id), url: shownUrl(url), description });

/** `organization`: its SIP domain. */
export async function testWebhook(webhook: WebhookRecord, organization: string | null, { client, clock }: { readonly client: Pick<OutboundClient, "request">; readonly clock: Pick<Clock, "now"> }): Promise<TestResult> {
  const [id, began] = [randomUUID(), clock.now()];
  const body = JSON.stringify({ id: null, type: "webhook.test", at: new Date(began).toISOString(), organization, data: { webhook: shownWebhook(webhook) } });
  const headers = signedHeaders(secretsOf(webhook, began), { id, timestamp: Math.floor(began / 1000), body });
  const result = (status: number | null, error: string | null): TestResult => ({ id, delivered: error === null, status, error, durationMs: Math.max(0, clock.now() - began) });
  try {
    const { status } = await client.request({ url: webhook.url, method: "POST", json: body, headers, keepsMethod: true });
    return result(status, null);
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    return result(error.status, error.message);
  }
}
