/**
 * The live picture for the pages: a page takes a slice of it, which is made anew at most once a frame, and only when something of its kind has changed.
 * A frame costs the browser far more than most of what is made for it, so none is asked for before a slice is due.
 */
import { getCurrentScope, onScopeDispose, shallowRef, type ShallowRef } from "vue";
import type { LiveEvent } from "../api/types.js";
import { LiveConnection, type ConnectionPorts, type ConnectionState } from "./connection.js";
import { Picture, type Kind } from "./picture.js";

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
  /** Whether somebody is scrolling: each frame is drawn then anyhow, and has to be drawn in time. */
  readonly isScrolling: () => boolean;
  /** A part of the picture that is kept up to date, for as long as the component lives. `everyMs`: how often at most, where sorting thousands each frame would be too much. */
  slice<T>(of: readonly Kind[], read: (picture: Picture) => T, options?: { readonly everyMs?: number }): Readonly<ShallowRef<T>>;
  /** Each event as it comes, for as long as the component lives. */
  on(handler: (event: LiveEvent) => void): () => void;
  open(): void;
  close(): void;
  retry(): void;
  offline(): void;
}

interface StorePorts extends Pick<ConnectionPorts, "ticket" | "open" | "url">, Partial<Pick<LiveStore, "isScrolling">> {}

export function createLiveStore({ isScrolling = () => false, ...ports }: StorePorts, frame: (run: () => void) => void = (run) => void requestAnimationFrame(run)): LiveStore {
  const picture = new Picture();
  const state = shallowRef<ConnectionState>({ kind: "connecting" });
  const skewMs = shallowRef(0);
  /** Bounded by the components that are shown. */
  const slices = new Set<Slice>();
  /** Bounded by the components that are shown. */
  const handlers = new Set<(event: LiveEvent) => void>();
  let isAsked = false;
  let hasClosed = false;
  /** Set while no slice is due yet, and a frame is to be asked for `at` the moment when the first one is. */
  let later: { readonly at: number; readonly timer: ReturnType<typeof setTimeout> } | null = null;

  const publish = (): void => {
    isAsked = false;
    const now = performance.now();
    for (const slice of slices) {
      if (!slice.due || now < beatOf(slice)) continue;
      slice.due = false;
      slice.madeAt = now;
      slice.make();
      if (!isScrolling()) continue;
      // One for each frame, each in its turn.
      slices.delete(slice);
      slices.add(slice);
      break;
    }
    ask();
  };
  const askNow = (): void => {
    if (later !== null) clearTimeout(later.timer);
    later = null;
    isAsked = true;
    frame(publish);
  };
  const ask = (): void => {
    if (isAsked) return;
    let at = Infinity;
    for (const slice of slices) if (slice.due) at = Math.min(at, beatOf(slice));
    const waitMs = at - performance.now();
    if (waitMs <= 0) askNow();
    else if (at < (later?.at ?? Infinity)) {
      if (later !== null) clearTimeout(later.timer);
      later = { at, timer: setTimeout(askNow, Math.ceil(waitMs)) };
    }
  };
  const changed = (): void => {
    const kinds = picture.take();
    for (const slice of slices) slice.due ||= kinds.some((kind) => slice.of.includes(kind));
    ask();
  };

  const connection = new LiveConnection({
    ...ports,
    event: (event) => {
      if (event.type === "snapshot") skewMs.value = Date.parse(event.at) - Date.now();
      if (picture.apply(event)) changed();
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
    isScrolling,
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
        changed();
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

/** From when on it may be made anew. Slices of one pace keep to the same beats, so that one frame is drawn for all of them. */
const beatOf = ({ madeAt, everyMs }: Slice): number => (everyMs === 0 ? 0 : (Math.floor(madeAt / everyMs) + 1) * everyMs);
