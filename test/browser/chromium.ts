/** Finds a Chromium, and runs pages with a phone in it (page/phone-page.ts). */
import { createHash, type X509Certificate } from "node:crypto";
import { access, constants } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { chromium, type Browser, type Page } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const SCRIPT = fileURLToPath(new URL("page/phone-page.ts", import.meta.url));

export type FoundChromium = { readonly path: string } | { readonly missing: string };

/** CHROMIUM_BIN, else what is in PATH. */
export async function findChromium(): Promise<FoundChromium> {
  const named = process.env["CHROMIUM_BIN"];
  if (named !== undefined && named !== "") {
    // A wrong CHROMIUM_BIN is a mistake to be told, not a reason to skip.
    await access(named, constants.X_OK).catch((error: unknown) => {
      throw new Error(`CHROMIUM_BIN=${named} cannot be run.`, { cause: error });
    });
    return { path: named };
  }
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  for (const path of NAMES.flatMap((name) => folders.map((folder) => join(folder, name)))) if (await access(path, constants.X_OK).then(() => true, () => false)) return { path };
  return { missing: "CHROMIUM_BIN is not set and PATH has no Chromium." };
}

export interface PhonePages {
  /** A page of its own, with the phone's script and no phone started. */
  open(): Promise<Page>;
  close(): Promise<void>;
}

/** The hash by which Chromium is told to trust this certificate, and no other. */
export const trustedHash = (certificate: X509Certificate): string => createHash("sha256").update(certificate.publicKey.export({ type: "spki", format: "der" })).digest("base64");

/** Starts Chromium. It trusts `certificate` besides what it trusts anyway. `shared`: one process for all pages, which many of them need. */
export async function openPhonePages(path: string, certificate: X509Certificate, { shared = false }: { readonly shared?: boolean } = {}): Promise<PhonePages> {
  const bundled = await build({ entryPoints: [SCRIPT], bundle: true, format: "iife", platform: "browser", write: false, logLevel: "silent" });
  const script = bundled.outputFiles[0]?.text ?? "";
  // A page that comes from this machine may use a microphone, and reach this machine's ports.
  const server = createServer((_request, response) => void response.writeHead(200, { "content-type": "text/html" }).end(`<!doctype html><title>phone</title><script>${script.replaceAll("</script", "<\\/script")}</script>`));
  await new Promise<void>((resolve) => server.listen({ port: 0, host: "127.0.0.1" }, resolve));
  const browser: Browser = await chromium.launch({
    executablePath: path,
    args: [
      "--use-fake-device-for-media-stream",
      "--use-fake-ui-for-media-stream",
      "--autoplay-policy=no-user-gesture-required",
      "--allow-loopback-in-peer-connection",
      ...(shared ? ["--process-per-site"] : []),
      `--ignore-certificate-errors-spki-list=${trustedHash(certificate)}`,
    ],
  });
  return {
    async open() {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      return page;
    },
    async close() {
      await browser.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
