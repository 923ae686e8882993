import type { Engine } from "./engine.js";

/** What works on the database through one engine, or through a part of a unit of work. */
export abstract class Repository {
  protected readonly engine: Engine;

  constructor(engine: Engine) {
    this.engine = engine;
  }
}
