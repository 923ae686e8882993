import { useConsole, useMe } from "../../console.js";
import { deedsOf, type Deeds } from "./deeds.js";
import { useDesk } from "./use-desk.js";

/** What can be done at the desk, as the person who is logged in. */
export const useDeeds = (): Deeds => deedsOf(useDesk(), useMe().role, useConsole().t.desk.ring.gone);
