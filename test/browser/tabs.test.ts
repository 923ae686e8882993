/** Several pages of one agent: what Callplane tells is what FreeSWITCH has, however many phones a user may have. */
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { describeReal } from "../lab/describe-real.js";
import { eventually } from "../lab/wait.js";
import { newCustomer, ok } from "../contract/suites/steps.js";
import { createBrowserLab, openBrowserStage, SUPPORT_LINE, type BrowserLab, type BrowserStage } from "./stage.js";

const ALICE = "2001";

describeReal("two tabs where users have several phones", await createBrowserLab(), (lab) => {
  const stage = opened(lab);

  it("are two phones, before and after a restart of Callplane, until one is closed", async () => {
    await stage().open(ALICE);
    await stage().open(ALICE, "other");
    await told(stage(), 2);
    await stage().centre.stop();
    await stage().centre.start();
    await told(stage(), 2);
    await stage().page("other").close();
    await told(stage(), 1);
    await rings(stage(), ALICE);
  });
});

describeReal("two tabs where users have one phone", await createBrowserLab({ FS_PHONES_PER_USER: "1" }), (lab) => {
  const stage = opened(lab);

  it("are one phone, the second, before and after a restart of Callplane", async () => {
    await stage().open(ALICE);
    await told(stage(), 1);
    await stage().open(ALICE, "other");
    await told(stage(), 1);
    await stage().centre.stop();
    await stage().centre.start();
    await told(stage(), 1);
    await rings(stage(), "other");
  });
});

function opened(lab: BrowserLab): () => BrowserStage {
  let stage: BrowserStage;
  beforeAll(async () => {
    stage = await openBrowserStage(lab);
    await stage.hire({ extension: ALICE });
  });
  afterEach(() => stage.clear());
  afterAll(async () => {
    await stage.close();
    await lab.close();
  });
  return () => stage;
}

/** FreeSWITCH has so many contacts of alice, and Callplane tells of these. */
async function told(stage: BrowserStage, count: number): Promise<void> {
  const plain = (uris: readonly string[]): string[] => uris.map((uri) => /sip:[^;>]+/.exec(uri)?.[0] ?? uri).sort();
  let last: unknown;
  await eventually(
    `${count} phones`,
    async () => {
      const contacts = plain((await stage.lab.api(`sofia_contact */${ALICE}@centre.callplane.test`)).split(","));
      const { phones } = (await stage.admin.get(`/voicechannel/agents/${ALICE}`)).body as { phones: readonly { contact: string }[] };
      last = { contacts, phones };
      return contacts.length === count && JSON.stringify(plain(phones.map(({ contact }) => contact))) === JSON.stringify(contacts);
    },
    { details: () => JSON.stringify(last) },
  );
}

/** A caller of the department reaches this page. */
async function rings(stage: BrowserStage, page: string): Promise<void> {
  ok(await (await stage.as(ALICE)).post(`/voicechannel/agents/${ALICE}/status`, { status: "online" }));
  const customer = newCustomer();
  void stage.lab.callIn(customer, SUPPORT_LINE);
  await stage.expectHears(page, customer);
  expect(await stage.page(page).calls()).toHaveLength(1);
}
