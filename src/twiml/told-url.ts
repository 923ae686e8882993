/** Addresses, with and without the user and the password that they may hold (HTTP Basic). */

const parsed = (url: string): URL | null => (URL.canParse(url) ? new URL(url) : null);

/** As other servers are told it. */
export function toldUrl(text: string): string {
  const url = parsed(text);
  if (url === null || (url.username === "" && url.password === "")) return text;
  url.username = url.password = "";
  return url.href;
}

/** The address of an answer, as what is relative to it is asked: on the host that was asked, with the user and the password with which it was. */
export function baseUrl(answered: string, asked: string): string {
  const [url, given] = [parsed(answered), parsed(asked)];
  if (url === null || given === null || url.origin !== given.origin) return answered;
  url.username = given.username;
  url.password = given.password;
  return url.href;
}
