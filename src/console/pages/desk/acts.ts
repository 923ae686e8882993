/** Asks the server, one at a time of each kind: which of them are on the way, and which was refused with what words. */
import { computed, shallowRef, type ComputedRef, type ShallowRef } from "vue";
import { ApiProblem, sentenceOf } from "../../api/problem.js";

export interface Refusal {
  /** Which act. */
  readonly of: string;
  /** Of which call; null: of none. */
  readonly callId: string | null;
  /** The API's code. */
  readonly code: string;
  readonly message: string;
}

/** Whoever tries the next way has read why the last one failed. */
const WAYS: ReadonlySet<string> = new Set(["transfer", "consult", "add"]);

export interface Runner {
  /** Those that have taken longer than a moment. */
  readonly slow: ComputedRef<ReadonlySet<string>>;
  readonly busy: ComputedRef<ReadonlySet<string>>;
  readonly refusal: Readonly<ShallowRef<Refusal | null>>;
  /** Whether it was done. A second time while the first is on the way does nothing. */
  run(of: string, callId: string | null, work: () => Promise<unknown>): Promise<boolean>;
  /** That the act under way is refused with this code is what the agent asked for, such as of a transfer that the agent has called off. */
  expectRefusal(of: string, code: string): void;
  dismiss(): void;
}

const SHOWN_AFTER_MS = 150;

/** `unreachable`: what is said when the server is not reached. */
export function createRunner(unreachable: string): Runner {
  const states = shallowRef<ReadonlyMap<string, boolean>>(new Map());
  const refusal = shallowRef<Refusal | null>(null);
  /** Bounded by the kinds of acts. */
  const expected = new Map<string, string>();
  const set = (of: string, isSlow: boolean | null): void => {
    const next = new Map(states.value);
    if (isSlow === null) next.delete(of);
    else next.set(of, isSlow);
    states.value = next;
  };

  return {
    busy: computed(() => new Set(states.value.keys())),
    slow: computed(() => new Set([...states.value].filter(([, isSlow]) => isSlow).map(([of]) => of))),
    refusal,
    async run(of, callId, work) {
      if (states.value.has(of)) return false;
      set(of, false);
      expected.delete(of);
      if (refusal.value !== null && (refusal.value.of === of || (WAYS.has(of) && WAYS.has(refusal.value.of)))) refusal.value = null;
      const timer = setTimeout(() => set(of, true), SHOWN_AFTER_MS);
      try {
        await work();
        return true;
      } catch (error) {
        if (!(error instanceof ApiProblem)) throw error;
        if (expected.get(of) !== error.code) refusal.value = { of, callId, code: error.code, message: sentenceOf(error, unreachable) };
        return false;
      } finally {
        clearTimeout(timer);
        set(of, null);
        expected.delete(of);
      }
    },
    expectRefusal: (of, code) => void expected.set(of, code),
    dismiss: () => (refusal.value = null),
  };
}
