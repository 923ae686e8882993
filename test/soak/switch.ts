/** The switch of a soak: the real one of chaos, some of whose phones are pages of a Chromium. */
import { X509Certificate } from "node:crypto";
import { cp, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { findChromium, openPhonePages } from "../browser/chromium.js";
import { BrowserPhone } from "../browser/phone.js";
import type { Organization } from "../chaos/people.js";
import { openRealSwitch } from "../chaos/real-switch.js";
import type { ChaosSwitch } from "../chaos/switch.js";
import type { Book } from "./book.js";

export interface Sound {
  /** Nobody's voice: music, ringing. */
  readonly music: boolean;
  readonly voice: boolean;
}

export interface SoakSwitch extends ChaosSwitch {
  /** By party. */
  readonly pages: ReadonlyMap<string, BrowserPhone>;
  /** The parties at the far end that have a leg there now. */
  present(): readonly string[];
  /** A customer calls; gives `+OK …` once it is answered, or `-ERR CAUSE`. */
  call(from: string, number: string): Promise<string>;
  /** Null: the party has no answered call. */
  hears(party: string): Promise<Sound | null>;
  /** The phone's own hold; throws when the phone cannot. */
  hold(party: string, on: boolean): Promise<void>;
  /** Copies what both FreeSWITCHes have logged. */
  keepLogs(folder: string): Promise<void>;
}

export interface SoakSwitchOptions {
  /** Which extensions are pages. */
  readonly isPage: (extension: string) => boolean;
  /** Of `freeswitch-conf`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Who ended a call is written here. */
  readonly book: Book;
}

/** Throws with the reason when there is no FreeSWITCH or no Chromium here. */
export async function openSoakSwitch({ isPage, environment, book }: SoakSwitchOptions): Promise<SoakSwitch> {
  const chromium = await findChromium();
  if ("missing" in chromium) throw new Error(chromium.missing);
  const real = await openRealSwitch(environment);
  const { lab } = real;
  const { parties } = lab;
  try {
    const opened = await openPhonePages(chromium.path, new X509Certificate(await readFile(lab.certificate)), { shared: true });
    /** Bounded by the agents of a run. */
    const pages = new Map<string, BrowserPhone>();
    const pageOf = (phone: { readonly organization: Organization; readonly extension: string }): BrowserPhone | undefined => pages.get(real.partyOf(phone));
    const hears = async (party: string): Promise<Sound | null> => {
      const page = pages.get(party);
      if (page !== undefined) {
        if (!(await page.calls()).some(({ state }) => state === "talking")) return null;
        const { frequencies, other } = await page.listen(parties.present().map((name) => parties.voice(name)));
        return { music: other, voice: frequencies.size > 0 };
      }
      if (parties.legs(party) === 0) return null;
      const heard = await parties.hears(party, Object.fromEntries([...pages].map(([name, { identity }]) => [name, identity.frequency])));
      return { music: heard.other, voice: heard.parties.size > 0 };
    };
    return {
      ...real,
      pages,
      present: () => parties.present(),
      call: (from, number) => lab.callIn(from, number),
      hears,
      hearsMusic: async (party) => (await hears(party).catch(() => null))?.music === true,
      async addPhones(phones) {
        await real.addPhones(phones.filter(({ extension }) => !isPage(extension)));
        for (const phone of phones) {
          if (!isPage(phone.extension)) continue;
          const party = real.partyOf(phone);
          pages.set(party, await BrowserPhone.open(opened, { ...phone.sip, frequency: parties.voice(party) }, lab.wssPort));
        }
      },
      behave(phone, behaviour) {
        const page = pageOf(phone);
        if (page === undefined) return real.behave(phone, behaviour);
        const kind = behaviour.kind === "busy" || behaviour.kind === "reject" ? ({ kind: "reject", status: 486 } as const) : ({ kind: behaviour.kind === "no-answer" ? "ring" : "answer" } as const);
        // A page that is just being loaded answers.
        page.onCall(kind).catch(() => undefined);
      },
      // Whether it is answered is not waited for; a page that is just being loaded cannot dial.
      dial: async (phone, number) => void (await (pageOf(phone)?.call(number).catch(() => undefined) ?? real.dial(phone, number))),
      async hangUp(party) {
        book.hungUp(party);
        await (pages.get(party)?.hangUp() ?? real.hangUp(party));
      },
      press: (party, digits) => pages.get(party)?.press(digits) ?? real.press(party, digits),
      hold: (party, on) => pages.get(party)?.hold(on) ?? parties.hold(party, on),
      async keepLogs(folder) {
        const near = dirname(lab.cdrDir);
        await cp(join(near, "log"), join(folder, "switch"), { recursive: true });
        await cp(join(dirname(near), "far-side", "log"), join(folder, "far-side"), { recursive: true });
      },
      async close() {
        await Promise.all([...pages.values()].map((page) => page.close()));
        await opened.close();
        await real.close();
      },
    };
  } catch (error) {
    await real.close();
    throw error;
  }
}
