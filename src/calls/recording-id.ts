import { plainUuid } from "../freeswitch/index.js";

const OWN_NAME = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-\d{1,16}$/;

/** The id in the reply to the request, which is the file's name without its ending; for other files a hash, so that the next process gets the same id. */
export function recordingIdOf(node: string, path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1).replace(/\.[A-Za-z0-9]+$/, "");
  if (OWN_NAME.test(name)) return name;
  return plainUuid(`${node} ${path}`);
}
