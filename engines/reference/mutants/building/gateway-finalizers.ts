import type { Behaviour } from "../../behaviour.ts";

/** That an object is gone tells the engine nothing: only a finalizer lets it see that one is being deleted. */
export const cleansWhileDeleting: Pick<Behaviour, "accepts"> = { accepts: ({ type }) => type !== "DELETED" };
