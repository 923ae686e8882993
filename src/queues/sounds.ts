/** The sounds of each organization: files in a directory of its own, chosen by name. */
import { opendir, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { invalid } from "../errors.js";
import { isSoundChoice, isSoundName } from "./sound-choice.js";
import type { DepartmentSettings } from "./settings.js";

/** Entries of one directory that are looked at. */
const MAX_ENTRIES = 5000;

const isGone = (error: unknown): boolean => error instanceof Error && ["ENOENT", "ENOTDIR", "EACCES", "ELOOP"].includes(String(Reflect.get(error, "code")));

export interface SoundList {
  /** False: Callplane cannot read the directory, so names are taken unchecked and none is listed. */
  readonly readable: boolean;
  /** In alphabetical order. */
  readonly names: readonly string[];
}

export interface Sounds {
  list(organizationId: number): Promise<SoundList>;
  /** Throws InvalidParameter naming a setting that names no sound of the organization, where the directory can be read. */
  check(organizationId: number, settings: Partial<DepartmentSettings>): Promise<void>;
  /** What FreeSWITCH plays for it; null: nothing, or what is there no more. */
  source(organizationId: number, choice: string | null): Promise<string | null>;
}

/** The sounds that these settings choose, by the setting's name. */
export function chosenSounds({ music, greeting, overflow }: Partial<DepartmentSettings>): readonly (readonly [setting: string, choice: string])[] {
  const message = overflow?.type === "message" ? overflow.greeting : undefined;
  return [["music", music], ["greeting", greeting], ["overflow", message]].flatMap(([setting, choice]) => (setting == null || choice == null ? [] : [[setting, choice] as const]));
}

/** The directory of an organization is named by its id, which never becomes another one's; the name of one that is gone may. */
export class OrganizationSounds implements Sounds {
  readonly #played: string;
  readonly #read: string;

  /** `played`: the directory above all of theirs as FreeSWITCH sees it; `read`: where it is for Callplane. */
  constructor(played: string, read: string) {
    this.#played = played;
    this.#read = read;
  }

  async list(organizationId: number): Promise<SoundList> {
    const root = await this.#root();
    if (root === null) return { readable: false, names: [] };
    const names: string[] = [];
    try {
      let looked = 0;
      for await (const { name } of await opendir(join(root, String(organizationId)))) {
        if (++looked > MAX_ENTRIES) break;
        if (isSoundName(name) && (await this.#isThere(root, organizationId, name))) names.push(name);
      }
    } catch (error) {
      if (!isGone(error)) throw error;
    }
    return { readable: true, names: names.sort() };
  }

  async check(organizationId: number, settings: Partial<DepartmentSettings>): Promise<void> {
    const root = await this.#root();
    if (root === null) return;
    for (const [setting, choice] of chosenSounds(settings)) {
      if (isSoundName(choice) && !(await this.#isThere(root, organizationId, choice))) throw invalid(setting, `the organization has no sound ${choice}.`);
    }
  }

  async source(organizationId: number, choice: string | null): Promise<string | null> {
    if (choice === null || !isSoundChoice(choice)) return null;
    if (!isSoundName(choice)) return choice;
    const root = await this.#root();
    return root === null || (await this.#isThere(root, organizationId, choice)) ? `${this.#played}/${organizationId}/${choice}` : null;
  }

  /** The name that a path of before names were chosen stands for; null: it lies elsewhere. */
  nameOf(organizationId: number, path: string): string | null {
    const own = `${this.#played}/${organizationId}/`;
    const name = path.slice(own.length);
    return path.startsWith(own) && isSoundName(name) ? name : null;
  }

  /** Null when it cannot be read. */
  async #root(): Promise<string | null> {
    try {
      const root = await realpath(this.#read);
      return (await stat(root)).isDirectory() ? root : null;
    } catch (error) {
      if (isGone(error)) return null;
      throw error;
    }
  }

  /** A file of the organization's own directory; no link that leads out of it is, and no directory that is itself a link. */
  async #isThere(root: string, organizationId: number, name: string): Promise<boolean> {
    try {
      const real = await realpath(join(root, String(organizationId), name));
      return real.startsWith(join(root, String(organizationId)) + sep) && (await stat(real)).isFile();
    } catch (error) {
      if (isGone(error)) return false;
      throw error;
    }
  }
}
