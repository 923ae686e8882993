/** What a new password must be (CONTRACT, "Credentials"), by API and command line alike. Existing passwords stay valid. */
import { invalid } from "../errors.js";
import { COMMON_PASSWORDS } from "./common-passwords.js";

/** What a password may be made of, wherever one is set or sent: one that a login refuses must not be set. */
export const PASSWORD_CHARACTERS = /^\P{Cc}*$/u;
const MIN_CHARACTERS = 10;
/** Neighbouring keys and the alphabet: three and more in a row are one guess. */
const ROWS = ["01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "1q2w3e4r5t6y7u8i9o0p"];
const RUN = 3;
/** Characters that a run may leave over, such as the digit that a rule once asked for. */
const LEFT_OVER = 2;
/** Words that are a guess whatever digits and signs stand around them. */
const WORDS = [
  "password", "passwort", "motdepasse", "contrasena", "passphrase", "welcome", "letmein", "iloveyou", "changeme", "secret", "admin", "administrator", "root", "login", "master", "monkey",
  "dragon", "sunshine", "princess", "football", "baseball", "superman", "batman", "trustno", "shadow", "whatever", "hello", "test", "testing", "guest", "default", "temporary",
  "qwerty", "qwertz", "azerty", "asterisk", "freeswitch", "callplane", "telephone", "phone", "voice", "demo", "summer", "winter", "spring", "autumn", "company", "access",
];
/** Characters that stand for a letter. */
const LETTER: Readonly<Record<string, string>> = { "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", $: "s", "!": "i" };
/** A shorter name occurs in words by chance. */
const MIN_NAME = 4;

/** Whether all but a few of the characters are runs along a row, forwards or backwards. */
function isRuns(text: string): boolean {
  const rows = ROWS.flatMap((row) => [row, [...row].reverse().join("")]);
  // The fewest characters that are left over of the first n.
  const left = Array.from({ length: text.length + 1 }, (_, at) => at);
  for (let end = 1; end <= text.length; end += 1) {
    left[end] = (left[end - 1] ?? 0) + 1;
    for (let start = 0; start <= end - RUN; start += 1) {
      const before = left[start] ?? end;
      if (before < (left[end] ?? end) && rows.some((row) => row.includes(text.slice(start, end)))) left[end] = before;
    }
  }
  return (left[text.length] ?? 0) <= LEFT_OVER;
}

/** The word that is left without the digits and signs around it, and with letters for the signs within it. */
function bare(text: string): readonly string[] {
  const trimmed = text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, "");
  const spelt = [...text.replace(/^[^\p{L}@$]+|[0-9\W_]+$/gu, "")].map((char) => LETTER[char] ?? char).join("");
  return [trimmed, spelt];
}

function problem(password: string, username: string): string | null {
  const text = password.normalize("NFC").toLowerCase();
  if (!PASSWORD_CHARACTERS.test(password)) return "holds control characters, such as the end of a line";
  if ([...text].length < MIN_CHARACTERS) return `has fewer than ${MIN_CHARACTERS} characters`;
  if (new Set(text).size <= 2 || /^(.{1,4})\1+.{0,3}$/su.test(text)) return "repeats itself";
  // A long one is no run, and the search for runs grows with the square of the length.
  if (text.length <= 64 && isRuns(text)) return "is a row of the keyboard or the alphabet";
  if (COMMON_PASSWORDS.split(/\s+/).includes(text) || bare(text).some((word) => WORDS.includes(word))) return "is a well-known one";
  const name = username.toLowerCase().replace(/@.*$/s, "");
  if (name !== "" && text.includes(name) && (name.length >= MIN_NAME || text.length - name.length < MIN_CHARACTERS - MIN_NAME)) return "holds the user name";
  return null;
}

/** Throws InvalidParameter, without a word of the password. */
export function assertGoodPassword(password: string, username: string, parameter = "password"): void {
  const found = problem(password, username);
  if (found !== null) throw invalid(parameter, `${found}; choose another one`);
}
