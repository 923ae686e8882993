import { changed, type AttributesPatch } from "../attributes.js";
import type { Call } from "../call.js";
import { nodeOf, type ControlContext } from "./context.js";

/** Changes what is noted about the call. Resolves when its legs carry it, so that it is not lost with this process. Throws InvalidParameter, SwitchUnavailable. */
export async function setAttributes(context: ControlContext, call: Call, patch: AttributesPatch, signal: AbortSignal): Promise<void> {
  const { registry, settings, states } = context;
  changed({}, patch);
  nodeOf(context, call);
  const known = (): true | undefined => (call.attributesDue && !call.ended ? undefined : true);
  await registry.proofs.until(call.legs.map(({ uuid }) => uuid), known, { of: "the call's attributes", timeoutMs: settings.confirmMs, signal, node: call.node });
  const after = changed(call.attributes, patch);
  const isChanged = Object.keys(patch).some((key) => call.attributes[key] !== after[key]);
  if (!isChanged) return;
  registry.annotate(call, { attributes: after });
  await states.write(call.legs);
}
