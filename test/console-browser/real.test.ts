/** The phone in the console's page, on a real FreeSWITCH over WSS: each side hears the other's tone, measured at the far ends. */
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { newCustomer, ok } from "../contract/suites/steps.js";
import { SUPPORT_LINE } from "../centre/stage.js";
import { describeReal } from "../lab/describe-real.js";
import { createBrowserLab, openRealPeople, type BrowserLab, type PersonAtConsole, type RealPeople } from "./real-people.js";

describeReal("the console's phone", await createBrowserLab(), suite);

const [ALICE, CAROL] = ["2001", "2003"] as const;
const act = ({ page }: PersonAtConsole, name: string) => page.getByRole("group", { name: "Actions" }).getByRole("button", { name: new RegExp(`^${name}\\b`) });
/** On the card of the call that rings; the list of calls has a smaller one. */
const answer = ({ page }: PersonAtConsole) => page.getByRole("region", { name: "Current call" }).getByRole("button", { name: /^Answer/ });

function suite(lab: BrowserLab): void {
  let people: RealPeople;
  beforeAll(async () => {
    people = await openRealPeople(lab);
    for (const [extension, role] of [[ALICE, "agent"], [CAROL, "supervisor"]] as const) {
      const hired = await people.centre.admin.post("/voiceconfig/voiceagents", { extension, name: `Agent ${extension}`, username: `agent${extension}`, password: "correct horse battery staple", role, departments: ["support"] });
      ok(hired, 201);
    }
  });
  afterEach(async () => {
    ok(await people.centre.admin.post(`/voicechannel/agents/${ALICE}/status`, { status: "offline" }));
    await people.clear();
  });
  afterAll(async () => {
    await people.close();
    await lab.close();
  });

  /** A caller of the department, whom alice answers by a click. */
  const answered = async (alice: PersonAtConsole): Promise<string> => {
    await alice.page.getByRole("button", { name: "Set free" }).click();
    const caller = newCustomer();
    void lab.callIn(caller, SUPPORT_LINE);
    await answer(alice).click();
    await act(alice, "Hold").waitFor();
    await alice.expectHears(caller);
    await people.expectHears(caller, [ALICE]);
    return caller;
  };

  it("answers a department's call by a click, holds with music, and takes the caller back", async () => {
    const alice = await people.open(ALICE);
    const caller = await answered(alice);
    await act(alice, "Hold").click();
    await act(alice, "Resume").waitFor();
    await people.expectHears(caller, [], true);
    await act(alice, "Resume").click();
    await act(alice, "Hold").waitFor();
    await people.expectHears(caller, [ALICE]);
    await alice.expectHears(caller);
    await act(alice, "Mute").click();
    await act(alice, "Unmute").waitFor();
    await people.expectHears(caller, []);
    await act(alice, "Unmute").click();
    await people.expectHears(caller, [ALICE]);
    await act(alice, "Hang up").click();
    await alice.page.getByText("You hung up").waitFor();
  });

  it("lets a supervisor listen unheard, whisper to the agent alone, and be heard by both", async () => {
    const [alice, carol] = [await people.open(ALICE), await people.open(CAROL)];
    const caller = await answered(alice);
    const row = carol.page.getByRole("row").filter({ hasText: `Agent ${ALICE}` });
    await row.getByRole("button", { name: /^Listen/ }).click();
    const modes = carol.page.getByRole("group", { name: "Mode" });
    await modes.getByRole("button", { name: "Listen", pressed: true }).waitFor();
    await carol.expectHears(caller, ALICE);
    await alice.expectHears(caller);
    await people.expectHears(caller, [ALICE]);
    await carol.page.keyboard.press("w");
    await modes.getByRole("button", { name: "Whisper", pressed: true }).waitFor();
    await alice.expectHears(caller, CAROL);
    await people.expectHears(caller, [ALICE]);
    await carol.page.keyboard.press("Shift+B");
    await modes.getByRole("button", { name: "Barge", pressed: true }).waitFor();
    await alice.expectHears(caller, CAROL);
    await people.expectHears(caller, [ALICE, CAROL]);
    await carol.page.keyboard.press("l");
    await modes.getByRole("button", { name: "Listen", pressed: true }).waitFor();
    await alice.expectHears(caller);
    await people.expectHears(caller, [ALICE]);
  });

  it("keeps the caller when the page is reloaded in a call, and rings again", async () => {
    const alice = await people.open(ALICE);
    const caller = await answered(alice);
    await alice.page.reload();
    await alice.page.getByText("Phone ready", { exact: true }).waitFor();
    await people.expectHears(caller, [], true);
    await answer(alice).click();
    await act(alice, "Hold").waitFor();
    await alice.expectHears(caller);
    await people.expectHears(caller, [ALICE]);
  });

  it("is in one tab, and goes to another when it is asked for there", async () => {
    const alice = await people.open(ALICE);
    const second = await alice.context.newPage();
    await second.goto(alice.page.url());
    await second.getByText("The phone is in another tab.").waitFor();
    await second.getByRole("button", { name: "Use here" }).click();
    await second.getByText("Phone ready", { exact: true }).waitFor();
    await alice.page.getByText("Phone in another tab", { exact: true }).waitFor();
    const agent = await people.centre.login(`agent${ALICE}`);
    const { body } = await agent.get(`/voicechannel/agents/${ALICE}`);
    await expect.poll(async () => ((await agent.get(`/voicechannel/agents/${ALICE}`)).body as { readonly phones: readonly unknown[] }).phones.length, { message: JSON.stringify(body) }).toBe(1);
  });
}
