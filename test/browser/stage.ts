/** A contact centre on a real FreeSWITCH, some of whose people have a browser's page for a phone, and who hears whom in it. */
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { openCentre, type Centre } from "../centre/stage.js";
import type { Client } from "../contract/harness.js";
import { PASSWORD } from "../contract/harness.js";
import type { FarSidePhone } from "../lab/far-side-config.js";
import { createProvisionedLab, type ProvisionedLab } from "../lab/provisioned.js";
import { eventually } from "../lab/wait.js";
import { findChromium, openPhonePages, type PhonePages } from "./chromium.js";
import { BrowserPhone } from "./phone.js";

export { SUPPORT_LINE } from "../centre/stage.js";

export interface BrowserLab extends ProvisionedLab {
  readonly chromium: string;
}

/** A FreeSWITCH and a Chromium, or what of them is missing. */
export async function createBrowserLab(environment: Readonly<Record<string, string>> = {}): Promise<{ readonly lab: BrowserLab } | { readonly skipped: string }> {
  const chromium = await findChromium();
  if ("missing" in chromium) return { skipped: chromium.missing };
  const found = await createProvisionedLab([], environment);
  return "skipped" in found ? found : { lab: { ...found.lab, description: `${found.lab.description}, ${chromium.path}`, chromium: chromium.path } };
}

/** What a listener hears: the parties by name, and whether anything else sounds (music, ringing, a voice at a wrong pitch). */
export interface Hearing {
  readonly parties: readonly string[];
  readonly other: boolean;
}

export interface BrowserStage {
  readonly lab: BrowserLab;
  readonly centre: Centre;
  readonly admin: Client;
  /** Makes agents with a login of their own (`agent<extension>`, or the username given), and no phone. */
  hire(...agents: readonly (Readonly<Record<string, unknown>> & { readonly extension: string })[]): Promise<void>;
  /** The login of a hired agent. */
  as(extension: string): Promise<Client>;
  /** Opens a page for the agent with a client token; `name`: whose voice it is, where an agent has several. */
  open(extension: string, name?: string): Promise<BrowserPhone>;
  /** Registers a SIP phone of the agent, which the lab plays as a party of that name; idempotent. It speaks `codecs` alone (default: PCMU). */
  desk(extension: string, codecs?: string): Promise<void>;
  /** The page of that name. Throws when none is open. */
  page(name: string): BrowserPhone;
  /** With the ears of the page or the party of that name. */
  hears(listener: string): Promise<Hearing>;
  /** Waits until exactly these are heard, at their own pitch, and nothing else sounds. */
  expectHears(listener: string, ...parties: readonly string[]): Promise<void>;
  /** Ends every call, and closes the pages. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

export async function openBrowserStage(lab: BrowserLab, environment: Readonly<Record<string, string>> = {}): Promise<BrowserStage> {
  const centre = await openCentre(lab, environment);
  const pages: PhonePages = await openPhonePages(lab.chromium, new X509Certificate(await readFile(lab.certificate)));
  /** Bounded by the stage's life. */
  const open = new Map<string, BrowserPhone>();
  const logins = new Map<string, Promise<Client>>();
  const desks = new Map<string, FarSidePhone>();
  const enrolled = new Set<string>();
  const { parties, wssPort } = lab;
  const hears = async (listener: string): Promise<Hearing> => {
    const voices = new Map([...open.values()].map(({ identity }) => [identity.frequency, nameOf(identity.frequency)]));
    const page = open.get(listener);
    if (page === undefined) {
      const heard = await parties.hears(listener, Object.fromEntries([...voices].map(([frequency, name]) => [name, frequency])));
      return { parties: [...heard.parties].sort(), other: heard.other };
    }
    for (const name of parties.present()) voices.set(parties.voice(name), name);
    voices.delete(page.identity.frequency);
    const heard = await page.listen([...voices.keys()]);
    return { parties: [...heard.frequencies].map((frequency) => voices.get(frequency) ?? "").sort(), other: heard.other };
  };
  const nameOf = (frequency: number): string => [...open].find(([, { identity }]) => identity.frequency === frequency)?.[0] ?? "";
  return {
    lab,
    centre,
    admin: centre.admin,
    async hire(...agents) {
      for (const agent of agents) {
        const { extension } = agent;
        const hired = { name: `Agent ${extension}`, username: `agent${extension}`, password: PASSWORD, departments: ["support"], ...agent };
        const reply = await centre.admin.post("/voiceconfig/voiceagents", hired);
        if (reply.status !== 201) throw new Error(`hiring ${extension}: ${reply.status} ${JSON.stringify(reply.body)}`);
        desks.set(extension, { ...(reply.body as { readonly sip: Omit<FarSidePhone, "name"> }).sip, name: extension });
        logins.set(extension, centre.login(hired.username));
      }
    },
    async as(extension) {
      const login = logins.get(extension);
      if (login === undefined) throw new Error(`Nobody was hired with the extension ${extension}.`);
      return login;
    },
    async open(extension, name = extension) {
      const login = logins.get(extension);
      if (login === undefined) throw new Error(`Nobody was hired with the extension ${extension}.`);
      const token = await (await login).post("/voicetwilio/token", {});
      if (token.status !== 200) throw new Error(`no token for ${extension}: ${token.status} ${JSON.stringify(token.body)}`);
      const { user, domain, password } = (token.body as { readonly sip: { readonly user: string; readonly domain: string; readonly password: string } }).sip;
      const page = await BrowserPhone.open(pages, { user, domain, password, frequency: parties.voice(name) }, wssPort);
      await open.get(name)?.close();
      open.set(name, page);
      return page;
    },
    async desk(extension, codecs = "PCMU") {
      const phone = desks.get(extension);
      if (phone === undefined) throw new Error(`Nobody was hired with the extension ${extension}.`);
      parties.speaks(extension, codecs);
      if (!enrolled.has(extension)) await lab.enrol(phone);
      enrolled.add(extension);
      const state = await lab.register(extension);
      if (state !== "REGED") throw new Error(`${extension}'s SIP phone: ${state}`);
    },
    page(name) {
      const page = open.get(name);
      if (page === undefined) throw new Error(`No page ${name} is open.`);
      return page;
    },
    hears,
    async expectHears(listener, ...expected) {
      const wanted = JSON.stringify({ parties: [...expected].sort(), other: false });
      let last = "";
      await eventually(`${listener} to hear ${wanted}`, async () => (last = JSON.stringify(await hears(listener))) === wanted, { details: () => `last heard: ${last}` });
    },
    async clear() {
      await Promise.all([...open.values()].map((page) => page.close()));
      open.clear();
      await Promise.all([...enrolled].map((extension) => lab.unregister(extension)));
      await lab.api("hupall");
      await parties.hangUpAll();
      await eventually("every call to have ended", async () => (await centre.admin.calls()).length === 0, { details: () => lab.logTail() });
    },
    async close() {
      await Promise.all([...open.values()].map((page) => page.close()));
      await pages.close();
      await centre.close();
    },
  };
}
