/** Parts of the console that are loaded when they are needed. One that cannot be had is said, and loaded again when the person asks for it. */
import { shallowRef, type ShallowRef } from "vue";

/** The browsers' own words for a module that did not come, and the build's for its styles. */
const NOT_LOADED = /dynamically imported module|module script failed|preload CSS/i;
/** Styles that did not come once are not asked for again by the build's loader: the page would have none. */
const NO_STYLES = /preload CSS/i;
const PAUSE_MS = 1000;

export const isNotLoaded = (error: unknown): boolean => error instanceof Error && NOT_LOADED.test(error.message);

interface Failed {
  readonly again: () => void;
  /** Of a page: another page takes its place. */
  readonly isPage: boolean;
}

export interface PartsPorts {
  readonly pause: (ms: number) => Promise<void>;
  /** Something did not come: perhaps there is a newer version. */
  readonly told: () => void;
  /** Loads the whole page anew. */
  readonly reload: () => void;
}

/** One of them for the page. */
export class Parts {
  /** Whether something is missing. */
  readonly isMissing: ShallowRef<boolean> = shallowRef(false);
  #ports: PartsPorts;
  /** Bounded by the parts of the page. */
  readonly #failed = new Set<Failed>();
  /** Asking again has not helped, or cannot. */
  #isInVain = false;
  #hasAsked = false;

  constructor(ports: PartsPorts) {
    this.#ports = ports;
  }

  connect(ports: PartsPorts): void {
    this.#ports = ports;
  }

  /** Asks once more by itself, then when the person says so. Rejects with what a part that came has thrown. */
  async load<T>(loader: () => Promise<T>): Promise<T> {
    for (let failures = 1; ; failures++) {
      try {
        return await loader();
      } catch (error) {
        if (!isNotLoaded(error)) throw error;
        if (failures === 1 && !this.#cannotRetry(error)) await this.#ports.pause(PAUSE_MS);
        else await new Promise<void>((resolve) => this.failed(error, resolve, false));
      }
    }
  }

  /** What has not come; `again` asks for it once more. */
  failed(error: unknown, again: () => void, isPage: boolean): void {
    this.#isInVain ||= this.#hasAsked || this.#cannotRetry(error);
    this.#failed.add({ again, isPage });
    this.isMissing.value = true;
    this.#ports.told();
  }

  /** Another page is opened. */
  leave(): void {
    for (const each of this.#failed) if (each.isPage) this.#failed.delete(each);
    this.#settle();
  }

  /** The person asks. `mayReload`: nothing is lost by loading the whole page anew, where asking again is in vain. */
  again(mayReload: boolean): void {
    if (this.#isInVain && mayReload) {
      this.#ports.reload();
      return;
    }
    this.#hasAsked = true;
    const failed = [...this.#failed];
    this.#failed.clear();
    this.isMissing.value = false;
    for (const each of failed) each.again();
  }

  #cannotRetry(error: unknown): boolean {
    return error instanceof Error && NO_STYLES.test(error.message);
  }

  #settle(): void {
    this.isMissing.value = this.#failed.size > 0;
    if (!this.isMissing.value) this.#hasAsked = false;
  }
}

export const parts = new Parts({ pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)), told: () => undefined, reload: () => location.reload() });
