/** Every process that a test starts, so that none is left when the test, its file or the whole run ends, however it ends. */
import { spawn, type ChildProcess, type ChildProcessByStdio, type SpawnOptionsWithoutStdio } from "node:child_process";
import type { Readable } from "node:stream";

/** A process that leads a group of its own, with the children that it starts. */
export interface Started {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  /** Resolves with the exit code, null when a signal ended it, once its output has ended too. */
  readonly exited: Promise<number | null>;
  /** Sends the signal to the whole group; nothing when it is gone. */
  signal(signal: NodeJS.Signals): void;
  /** SIGKILL; resolves when it is gone. Idempotent. */
  kill(): Promise<void>;
}

/**
 * Kills the groups that it was told of ("+ pid") and not told off ("- pid") when its input ends: a worker that is itself killed runs no handler,
 * but its pipes close. The empty traps are for an interrupt from the keyboard, which goes to all of a terminal's processes.
 */
const REAPER = `trap '' INT TERM HUP
groups=' '
while read -r sign pid; do
  case $sign in
    +) groups="$groups$pid " ;;
    -) case $groups in *" $pid "*) groups="\${groups%% $pid *} \${groups#* $pid }" ;; esac ;;
  esac
done
for pid in $groups; do kill -s KILL -- -"$pid" 2>/dev/null; done`;

/** Bounded by the processes that run. */
const running = new Set<Started>();
let reaper: ChildProcess | null = null;

function tell(line: string): void {
  if (reaper === null) {
    reaper = spawn("/bin/sh", ["-c", REAPER], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
    reaper.stdin?.on("error", () => undefined);
    reaper.unref();
  }
  reaper.stdin?.write(`${line}\n`);
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended.
  }
}

/** Starts the command; it ends with this process at the latest. */
export function startOwned(command: string, args: readonly string[], options: SpawnOptionsWithoutStdio = {}): Started {
  const child = spawn(command, args, { ...options, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const { pid } = child;
  if (pid !== undefined) tell(`+ ${pid}`);
  const exited = new Promise<number | null>((resolve) => {
    const gone = (code: number | null): void => {
      // What it started itself would outlive it.
      signalGroup(pid, "SIGKILL");
      if (pid !== undefined) tell(`- ${pid}`);
      running.delete(started);
      resolve(code);
    };
    child.once("error", () => gone(null));
    child.once("exit", () => signalGroup(pid, "SIGKILL"));
    child.once("close", gone);
  });
  const started: Started = {
    child,
    exited,
    signal: (signal) => signalGroup(pid, signal),
    kill: async () => {
      signalGroup(pid, "SIGKILL");
      await exited;
    },
  };
  running.add(started);
  return started;
}

/** Kills what still runs; resolves when it is gone. */
export async function endStarted(): Promise<void> {
  await Promise.all([...running].map((each) => each.kill()));
}

/** For the reaper's own test: the process ids that run. */
export const startedIds = (): readonly number[] => [...running].flatMap(({ child: { pid } }) => (pid === undefined ? [] : [pid]));
