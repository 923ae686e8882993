/** Login, logout, and who the token belongs to. */
import type { HttpApp } from "../app-types.js";
import type { HttpServices } from "../services.js";
import { login } from "./login.js";
import { logout } from "./logout.js";
import { me } from "./me.js";

export function session(app: HttpApp, services: HttpServices): void {
  for (const route of [login, logout, me]) route(app, services);
}
