/** People at the console whose phone is the page: each in a Chromium of their own, since a Chromium has one microphone. It plays their tone, and what the page's calls sound like can be listened to. */
import { X509Certificate } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { expect, inject } from "vitest";
import { trustedHash } from "../browser/chromium.js";
import { openCable, type Cable } from "../browser/cable.js";
import { createBrowserLab, type BrowserLab } from "../browser/stage.js";
import { openCentre, type Centre } from "../centre/stage.js";
import { PASSWORD } from "../contract/harness.js";
import { analyse, wavOf, type Recording } from "../lab/tones.js";
import { eventually } from "../lab/wait.js";
import { temporaryDirectory } from "../support/temporary.js";
import { logIn, photograph } from "./stage.js";

export { createBrowserLab, type BrowserLab };

const RATE = 8000;
const LOUDNESS = 0.16 * 32_767;
const PAGE_RATE = 16_000;
/** Keeps an ear on each track that comes from the far end. */
const EARS = `(() => {
  const context = new AudioContext({ sampleRate: ${PAGE_RATE} });
  const ears = [];
  globalThis.heard = () => ears.filter(({ track }) => track.readyState === "live").map(({ ear }) => {
    const samples = new Float32Array(ear.fftSize);
    ear.getFloatTimeDomainData(samples);
    return [...samples];
  });
  const Native = RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends Native {
    constructor(...settings) {
      super(...settings);
      this.addEventListener("track", ({ track }) => {
        const ear = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 });
        context.createMediaStreamSource(new MediaStream([track])).connect(ear);
        ears.push({ ear, track });
        // A connection that is closed ends its tracks without a word.
        const look = setInterval(() => {
          if (this.connectionState !== "closed") return;
          clearInterval(look);
          ears.splice(ears.findIndex((each) => each.track === track), 1);
        }, 50);
      });
    }
  };
})()`;

/** A second of the tone, which Chromium repeats. Whole hertz, so that it joins itself. */
const tone = (hertz: number): Buffer => {
  const pcm = Buffer.alloc(RATE * 2);
  for (let at = 0; at < RATE; at++) pcm.writeInt16LE(Math.round(Math.sin((2 * Math.PI * hertz * at) / RATE) * LOUDNESS), at * 2);
  return wavOf(pcm);
};

export class PersonAtConsole {
  constructor(
    readonly page: Page,
    readonly context: BrowserContext,
    readonly extension: string,
    private readonly voices: () => ReadonlyMap<number, string>,
  ) {}

  /** Waits until the page hears exactly these, each at the right pitch, and nothing else. */
  async expectHears(...parties: readonly string[]): Promise<void> {
    const wanted = JSON.stringify({ parties: [...parties].sort(), other: false });
    let last = "";
    await eventually(`${this.extension}'s page to hear ${wanted}`, async () => (last = JSON.stringify(await this.hears())) === wanted, { details: () => `last heard: ${last}` });
  }

  async hears(): Promise<{ readonly parties: readonly string[]; readonly other: boolean }> {
    const names = this.voices();
    const sounds = await this.page.evaluate<readonly (readonly number[])[]>("globalThis.heard()");
    const found = sounds.map((samples): Recording => ({ rate: PAGE_RATE, samples: Float64Array.from(samples) })).map((recording) => analyse(recording, [...names.keys()]));
    return { parties: [...new Set(found.flatMap(({ frequencies }) => [...frequencies]))].map((hertz) => names.get(hertz) ?? "").sort(), other: found.some(({ other }) => other) };
  }
}

export interface RealPeople {
  readonly lab: BrowserLab;
  readonly centre: Centre;
  /** Logs the agent in at the console, in a Chromium of their own; resolves when the page's phone has registered. */
  open(extension: string): Promise<PersonAtConsole>;
  /** Waits until the caller hears exactly these, and whether anything else sounds. */
  expectHears(caller: string, parties: readonly string[], other?: boolean): Promise<void>;
  /** Ends every call and closes the browsers. Throws when a page has complained. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

export async function openRealPeople(lab: BrowserLab): Promise<RealPeople> {
  const built = inject("console");
  const centre = await openCentre(lab, { SIP_WSS_URL: `wss://127.0.0.1:${lab.wssPort}` }, built === null ? {} : { consoleDirectory: built });
  const folder = temporaryDirectory();
  const cable: Cable = await openCable(() => Number(new URL(centre.admin.url()).port));
  const certificate = trustedHash(new X509Certificate(await readFile(lab.certificate)));
  const browsers = new Set<Browser>();
  const people = new Map<string, number>();
  const complaints: string[] = [];
  const voices = (but: string) => (): ReadonlyMap<number, string> =>
    new Map([...[...people].map(([name, hertz]) => [hertz, name] as const), ...lab.parties.present().map((name) => [lab.parties.voice(name), name] as const)].filter(([, name]) => name !== but));
  return {
    lab,
    centre,
    async open(extension) {
      const hertz = lab.parties.voice(extension);
      people.set(extension, hertz);
      const file = join(folder.path, `${extension}.wav`);
      await writeFile(file, tone(hertz));
      const browser = await chromium.launch({
        executablePath: lab.chromium,
        args: ["--use-fake-device-for-media-stream", `--use-file-for-fake-audio-capture=${file}`, "--use-fake-ui-for-media-stream", "--autoplay-policy=no-user-gesture-required", "--allow-loopback-in-peer-connection", `--ignore-certificate-errors-spki-list=${certificate}`],
      });
      browsers.add(browser);
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, permissions: ["microphone"], locale: "en-US", reducedMotion: "reduce" });
      await context.addInitScript(EARS);
      context.on("weberror", (error) => complaints.push(`${extension}: ${error.error().message}`));
      context.on("console", (message) => message.type() === "error" && complaints.push(`${extension}: ${message.text()}`));
      const page = await context.newPage();
      await page.goto(`http://127.0.0.1:${cable.port}/`);
      await logIn(page, `agent${extension}`, PASSWORD);
      await page.getByText("Phone ready", { exact: true }).waitFor();
      return new PersonAtConsole(page, context, extension, voices(extension));
    },
    async expectHears(caller, parties, other = false) {
      const wanted = JSON.stringify({ parties: [...parties].sort(), other });
      let last = "";
      await eventually(`${caller} to hear ${wanted}`, async () => {
        const heard = await lab.parties.hears(caller, Object.fromEntries([...people].map(([name, hertz]) => [name, hertz])));
        return (last = JSON.stringify({ parties: [...heard.parties].sort(), other: heard.other })) === wanted;
      }, { details: () => `last heard: ${last}` });
    },
    async clear() {
      await photograph([...browsers].flatMap((browser) => browser.contexts()));
      await Promise.all([...browsers].map((browser) => browser.close()));
      browsers.clear();
      people.clear();
      await lab.api("hupall");
      await lab.parties.hangUpAll();
      await eventually("every call to have ended", async () => (await centre.admin.calls()).length === 0, { details: () => lab.logTail() });
      expect(complaints.splice(0)).toEqual([]);
    },
    async close() {
      await cable.close();
      await centre.close();
      folder.remove();
    },
  };
}
