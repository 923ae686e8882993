import type { HttpApp } from "../app-types.js";
import type { HttpServices } from "../services.js";

export function callFace(_app: HttpApp, _services: HttpServices): void {}
