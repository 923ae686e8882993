import { randomBytes } from "node:crypto";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { isMissing, systemCode } from "../system-errors.js";

const SECRET_BYTES = 32;

async function readSecret(file: string): Promise<Uint8Array | null> {
  let text: string;
  try {
    text = (await readFile(file, "utf8")).trim();
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
  const secret = new TextEncoder().encode(text);
  if (secret.length < SECRET_BYTES) throw new Error(`${file} holds less than ${SECRET_BYTES} bytes; delete it to have a new one made.`);
  return secret;
}

/** The content of `file`, which is made (mode 0600) when there is none; `made`: by this call. */
async function secretIn(file: string): Promise<{ readonly secret: Uint8Array; readonly made: boolean }> {
  const known = await readSecret(file);
  if (known !== null) return { secret: known, made: false };
  await mkdir(dirname(file), { recursive: true });
  // Written under another name and then linked: a process that starts at the same moment reads it whole, and the first one wins.
  const draft = `${file}.${randomBytes(6).toString("hex")}`;
  await writeFile(draft, `${randomBytes(SECRET_BYTES).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
  let made = true;
  try {
    await link(draft, file);
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
    made = false;
  } finally {
    await rm(draft, { force: true });
  }
  const secret = await readSecret(file);
  if (secret === null) throw new Error(`${file} could not be read back.`);
  return { secret, made };
}

/** The key that signs tokens: `configured`, or else the content of `file`, which is made when there is none. */
export async function signingSecret(configured: string | null, file: string): Promise<Uint8Array> {
  return configured !== null ? new TextEncoder().encode(configured) : (await secretIn(file)).secret;
}

/** The key of the audit log's chain, as the store takes it. */
export async function auditKeyIn(file: string): Promise<{ readonly key: Uint8Array; readonly made: boolean }> {
  const { secret, made } = await secretIn(file);
  return { key: secret, made };
}
