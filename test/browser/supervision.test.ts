/** Whom a supervisor hears, and by whom the supervisor is heard, each at its own pitch: whatever the phones of both are, and whatever codecs they speak. */
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { newCustomer, ok } from "../contract/suites/steps.js";
import { describeReal } from "../lab/describe-real.js";
import { eventually } from "../lab/wait.js";
import { createBrowserLab, openBrowserStage, SUPPORT_LINE, type BrowserLab, type BrowserStage } from "./stage.js";

describeReal("a supervisor's ears and voice", await createBrowserLab({ FS_CODECS: "OPUS,G722,PCMU,PCMA" }), suite);

const [ALICE, BOB, CAROL] = ["2001", "2002", "2003"] as const;
/** A page takes the first codec that is offered, opus; a SIP phone the first that it has. All have PCMU besides. */
const PHONES = ["browser", "PCMU", "G722", "OPUS"] as const;
type PhoneKind = (typeof PHONES)[number];

function suite(lab: BrowserLab): void {
  let stage: BrowserStage;
  beforeAll(async () => {
    stage = await openBrowserStage(lab);
    await stage.hire({ extension: ALICE }, { extension: BOB, departments: [] }, { extension: CAROL, role: "supervisor", departments: [] });
  });
  afterEach(() => stage.clear());
  afterAll(async () => {
    await stage.close();
    await lab.close();
  });

  const phone = async (extension: string, kind: PhoneKind): Promise<void> => {
    if (kind === "browser") await stage.open(extension);
    else await stage.desk(extension, kind === "PCMU" ? kind : `${kind},PCMU`);
  };
  /** A caller of the department talks to alice. */
  const talking = async (): Promise<{ readonly id: string; readonly customer: string }> => {
    const alice = await stage.as(ALICE);
    ok(await alice.post(`/voicechannel/agents/${ALICE}/status`, { status: "online" }));
    const customer = newCustomer();
    void lab.callIn(customer, SUPPORT_LINE);
    const { id } = await eventually("alice to have the call", async () => (await alice.calls("?state=active"))[0]);
    await stage.expectHears(customer, ALICE);
    return { id, customer };
  };
  const supervise = async (id: string, mode: string): Promise<void> => ok(await (await stage.as(CAROL)).post(`/voicechannel/calls/${id}:supervise`, { mode }));
  const expectMode = async (mode: "listen" | "whisper" | "barge", agent: string, customer: string): Promise<void> => {
    await Promise.all([
      stage.expectHears(CAROL, agent, customer),
      stage.expectHears(agent, ...(mode === "listen" ? [customer] : [CAROL, customer])),
      stage.expectHears(customer, ...(mode === "barge" ? [agent, CAROL] : [agent])),
    ]);
  };

  for (const agent of PHONES) {
    for (const supervisor of PHONES) {
      it(`are right in every mode with ${supervisor} on ${agent}`, async ({ skip }) => {
        if ([agent, supervisor].includes("G722") && (await lab.api("module_exists mod_spandsp")) !== "true") skip("this FreeSWITCH has no mod_spandsp, and so no G722");
        await Promise.all([phone(ALICE, agent), phone(CAROL, supervisor)]);
        const { id, customer } = await talking();
        const seen = JSON.parse(await lab.api("show channels as json")) as { readonly rows: readonly { readonly presence_id: string; readonly read_codec: string }[] };
        expect(seen.rows.find(({ presence_id }) => presence_id.startsWith(ALICE))?.read_codec.toUpperCase()).toBe(agent === "browser" ? "OPUS" : agent);
        for (const mode of ["listen", "whisper", "barge"] as const) {
          await supervise(id, mode);
          await expectMode(mode, ALICE, customer);
        }
      });
    }
  }

  for (const [from, to] of [["browser", "PCMU"], ["PCMU", "browser"]] as const) {
    for (const supervisor of ["browser", "PCMU"] as const) {
      it(`follow the call with ${supervisor} from ${from} to ${to}`, async () => {
        await Promise.all([phone(ALICE, from), phone(BOB, to), phone(CAROL, supervisor)]);
        const { id, customer } = await talking();
        await supervise(id, "listen");
        await supervise(id, "whisper");
        await expectMode("whisper", ALICE, customer);
        ok(await (await stage.as(ALICE)).post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: BOB }));
        await expectMode("whisper", BOB, customer);
        await supervise(id, "barge");
        await expectMode("barge", BOB, customer);
      });
    }
  }
}
