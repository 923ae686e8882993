/** Passwords, kept as scrypt hashes in a PHC-like string: `$scrypt$ln=15,r=8,p=3$<salt>$<hash>`, base64 without padding. */
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { invalid } from "../errors.js";

export interface ScryptCost {
  /** The binary logarithm of N. */
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

/** OWASP's password storage advice for 32 MB: N = 2^15, r = 8, p = 3. */
export const DEFAULT_COST: ScryptCost = { ln: 15, r: 8, p: 3 };

const SALT_BYTES = 16;
const HASH_BYTES = 32;
const MAX_PASSWORD_BYTES = 1024;
const MAX_MEMORY_BYTES = 512 * 1024 * 1024;
const STORED = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

// Keyboards may write the same letter as one code point or as two.
const toBytes = (password: string): Buffer => Buffer.from(password.normalize("NFC"));

function derive(password: Buffer, salt: Buffer, bytes: number, { ln, r, p }: ScryptCost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, bytes, { N: 2 ** ln, r, p, maxmem: MAX_MEMORY_BYTES }, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}

const unpadded = (bytes: Buffer): string => bytes.toString("base64").replace(/=+$/, "");

const written = ({ ln, r, p }: ScryptCost, salt: Buffer, hash: Buffer): string => `$scrypt$ln=${ln},r=${r},p=${p}$${unpadded(salt)}$${unpadded(hash)}`;

/** A stored hash that no known password fits, and that takes as long to check as any other of that cost. */
export const nobodysHash = (cost: ScryptCost = DEFAULT_COST): string => written(cost, randomBytes(SALT_BYTES), randomBytes(HASH_BYTES));

/** Throws InvalidParameter for an empty password, or one of more than 1024 bytes. */
export async function hashPassword(password: string, cost: ScryptCost = DEFAULT_COST): Promise<string> {
  const bytes = toBytes(password);
  if (bytes.length === 0 || bytes.length > MAX_PASSWORD_BYTES) throw invalid("password", `is empty or longer than ${MAX_PASSWORD_BYTES} bytes`);
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(bytes, salt, HASH_BYTES, cost);
  return written(cost, salt, hash);
}

/** Whether it is the password of `stored`; false when `stored` is not of our form. */
export async function verifyPassword(stored: string, password: string): Promise<boolean> {
  const [, ln, r, p, salt, hash] = STORED.exec(stored) ?? [];
  const bytes = toBytes(password);
  if (ln === undefined || r === undefined || p === undefined || salt === undefined || hash === undefined) return false;
  if (bytes.length > MAX_PASSWORD_BYTES) return false;
  const expected = Buffer.from(hash, "base64");
  const actual = await derive(bytes, Buffer.from(salt, "base64"), expected.length, { ln: Number(ln), r: Number(r), p: Number(p) });
  return timingSafeEqual(actual, expected);
}
