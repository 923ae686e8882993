/** The sounds of each organization: files in a directory of its own, chosen by name. */
import { opendir, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { invalid } from "../errors.js";
import { isSoundChoice, isSoundName } from "./sound-choice.js";
import type { DepartmentSettings } from "./settings.js";
import { systemCode } from "../system-errors.js";

/** At most so many entries of a directory are read. */
const MAX_ENTRIES = 5000;

const isGone = (error: unknown): boolean => ["ENOENT", "ENOTDIR", "EACCES", "ELOOP"].includes(systemCode(error));

export interface SoundList {
  /** False: Callplane cannot read the directory, so names are not checked and none is listed. */
  readonly readable: boolean;
  /** In alphabetical order. */
  readonly names: readonly string[];
}

export type Sounds = Pick<OrganizationSounds, "list" | "check" | "source">;

/** The sounds that these settings choose, by the setting's name. */
export function chosenSounds({ music, greeting, overflow }: Partial<DepartmentSettings>): readonly (readonly [setting: string, choice: string])[] {
  const message = overflow?.type === "message" ? overflow.greeting : undefined;
  return [["music", music], ["greeting", greeting], ["overflow", message]].flatMap(([setting, choice]) => (setting == null || choice == null ? [] : [[setting, choice] as const]));
}

/** An organization's directory is named by its id, which is never reused, unlike a name. */
export class OrganizationSounds {
  readonly #played: string;
  readonly #read: string;

  /** `played`: the parent directory as FreeSWITCH sees it; `read`: as Callplane sees it. */
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

  /** Throws InvalidParameter for a setting that names a missing sound, where the directory can be read. */
  async check(organizationId: number, settings: Partial<DepartmentSettings>): Promise<void> {
    const root = await this.#root();
    if (root === null) return;
    for (const [setting, choice] of chosenSounds(settings)) {
      if (isSoundName(choice) && !(await this.#isThere(root, organizationId, choice))) throw invalid(setting, `the organization has no sound ${choice}.`);
    }
  }

  /** What FreeSWITCH plays; null: nothing, or a sound that does not exist any more. */
  async source(organizationId: number, choice: string | null): Promise<string | null> {
    if (choice === null || !isSoundChoice(choice)) return null;
    if (!isSoundName(choice)) return choice;
    const root = await this.#root();
    return root === null || (await this.#isThere(root, organizationId, choice)) ? `${this.#played}/${organizationId}/${choice}` : null;
  }

  /** The name of a sound by its path, as old settings have it; null: not in the organization's directory. */
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

  /** Whether it is a file of the organization's directory, without links that lead out of it. */
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
