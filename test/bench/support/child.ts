/** Processes of the benchmark's own, so that the load of one side does not count for the other: each answers named requests over IPC. */
import { fork } from "node:child_process";
import { z } from "zod";
import { within } from "../../lab/wait.js";

const request = z.object({ id: z.number(), name: z.string(), argument: z.unknown() });
const answer = z.object({ id: z.number(), result: z.unknown(), error: z.string().nullable() });

/** A benchmark takes minutes at most: whoever does not answer by then never will. */
const ANSWER_MS = 600_000;
/** To close what it has opened. */
const CLOSED_MS = 10_000;

export interface Child {
  /** Rejects with what the child threw, when it ends, and when it does not answer. */
  readonly ask: <T>(name: string, argument: unknown, result: z.ZodType<T>) => Promise<T>;
  /** Idempotent. */
  readonly close: () => Promise<void>;
}

export interface ChildOptions {
  readonly nodeOptions?: readonly string[];
  /** For what may take longer than others to answer. */
  readonly answerMs?: number;
  /** It is JavaScript: TypeScript's loader would take 100 MB and some of the processor. */
  readonly isBuilt?: boolean;
}

/** Starts `file` (a URL of a module that calls `serve`), with the same loader as this process unless it is built. */
export function startChild(file: URL, options: ChildOptions = {}): Child {
  const loader = options.isBuilt === true ? [] : process.execArgv;
  const child = fork(file, { execArgv: [...loader, "--no-deprecation", ...(options.nodeOptions ?? [])], serialization: "advanced" });
  const waiting = new Map<number, { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void }>();
  const ended = new Promise<void>((resolve) => {
    child.once("exit", (code, signal) => {
      for (const { reject } of waiting.values()) reject(new Error(`${file.pathname} ended (${signal ?? code ?? "?"})`));
      waiting.clear();
      resolve();
    });
  });
  child.on("message", (message) => {
    const { id, result, error } = answer.parse(message);
    const asked = waiting.get(id);
    waiting.delete(id);
    if (error === null) asked?.resolve(result);
    else asked?.reject(new Error(error));
  });
  let next = 0;
  return {
    async ask(name, argument, result) {
      const id = next++;
      const reply = new Promise<unknown>((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        child.send({ id, name, argument }, (error) => {
          if (error !== null) reject(error);
        });
      });
      return result.parse(await within(`${file.pathname} to answer ${name}`, options.answerMs ?? ANSWER_MS, reply));
    },
    async close() {
      if (child.connected) child.disconnect();
      const kill = setTimeout(() => child.kill("SIGKILL"), CLOSED_MS);
      await ended;
      clearTimeout(kill);
    },
  };
}

/** In the child: answers requests by name until the parent lets go. */
export function serve(handlers: Readonly<Record<string, (argument: unknown) => unknown>>, close: () => Promise<void> | void = () => undefined): void {
  const run = async (message: unknown): Promise<void> => {
    const { id, name, argument } = request.parse(message);
    try {
      const handler = handlers[name];
      if (handler === undefined) throw new Error(`there is no ${name}`);
      process.send?.({ id, result: await handler(argument), error: null });
    } catch (error) {
      process.send?.({ id, result: undefined, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  };
  process.on("message", (message) => void run(message));
  process.once("disconnect", () => {
    void Promise.resolve(close()).finally(() => process.exit(0));
  });
}
