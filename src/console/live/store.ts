/** The live picture for the pages: a page takes a slice of it, which is made anew at most once a frame, and only when something of its kind has changed. */
import { getCurrentScope, onScopeDispose, shallowRef, type ShallowRef } from "vue";
import type { LiveEvent } from "../api/types.js";
import { LiveConnection, type ConnectionPorts, type ConnectionState } from "./connection.js";
import { Picture, type Changes } from "./picture.js";

type Kind = "calls" | "agents" | "queues" | "switches";

interface Slice {
  readonly of: readonly Kind[];
  /** Milliseconds between two times that it is made; 0: each frame. */
  readonly everyMs: number;
  readonly make: () => void;
  madeAt: number;
  due: boolean;
}

export interface LiveStore {
  readonly picture: Picture;
  readonly connection: Readonly<ShallowRef<ConnectionState>>;
  /** The server's clock less this machine's, in milliseconds. */
  readonly skewMs: Readonly<ShallowRef<number>>;
  /** A part of the picture that is kept up to date, for as long as the component lives. `everyMs`: how often at most, where sorting thousands each frame would be too much. */
  slice<T>(of: readonly Kind[], read: (picture: Picture) => T, options?: { readonly everyMs?: number }): Readonly<ShallowRef<T>>;
  /** Each event as it comes, for as long as the component lives. */
  on(handler: (event: LiveEvent) => void): () => void;
  open(): void;
  close(): void;
  retry(): void;
  offline(): void;
}

export function createLiveStore(ports: Pick<ConnectionPorts, "ticket" | "open" | "url">, frame: (run: () => void) => void = (run) => void requestAnimationFrame(run)): LiveStore {
  const picture = new Picture();
  const state = shallowRef<ConnectionState>({ kind: "connecting" });
  const skewMs = shallowRef(0);
  /** Bounded by the components that are shown. */
  const slices = new Set<Slice>();
  /** Bounded by the components that are shown. */
  const handlers = new Set<(event: LiveEvent) => void>();
  let isAsked = false;
  let hasClosed = false;

  const publish = (): void => {
    isAsked = false;
    const changes = picture.take();
    const now = performance.now();
    for (const slice of slices) {
      slice.due ||= concerns(slice.of, changes);
      if (!slice.due) continue;
      if (now - slice.madeAt < slice.everyMs) ask();
      else {
        slice.due = false;
        slice.madeAt = now;
        slice.make();
      }
    }
  };
  const ask = (): void => {
    if (isAsked) return;
    isAsked = true;
    frame(publish);
  };

  const connection = new LiveConnection({
    ...ports,
    event: (event) => {
      if (event.type === "snapshot") skewMs.value = Date.parse(event.at) - Date.now();
      if (picture.apply(event)) ask();
      for (const handler of handlers) handler(event);
    },
    state: (next) => {
      state.value = next;
    },
  });

  const whileInScope = (stop: () => void): (() => void) => {
    if (getCurrentScope() !== undefined) onScopeDispose(stop);
    return stop;
  };

  return {
    picture,
    connection: state,
    skewMs,
    slice(of, read, { everyMs = 0 } = {}) {
      const value = shallowRef(read(picture));
      const slice: Slice = { of, everyMs, madeAt: 0, due: false, make: () => (value.value = read(picture)) };
      slices.add(slice);
      whileInScope(() => slices.delete(slice));
      return value;
    },
    on(handler) {
      handlers.add(handler);
      return whileInScope(() => handlers.delete(handler));
    },
    open() {
      // Not at the end: pages of the person who leaves are still there then.
      if (hasClosed) {
        picture.forget();
        ask();
      }
      hasClosed = false;
      connection.open();
    },
    close() {
      connection.close();
      hasClosed = true;
    },
    retry: () => connection.retry(),
    offline: () => connection.offline(),
  };
}

const concerns = (of: readonly Kind[], changes: Changes): boolean => changes.everything || of.some((kind) => (kind === "switches" ? changes.switches : changes[kind].size > 0));
