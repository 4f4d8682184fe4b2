import { z } from "zod";
import type { Engine } from "../../harness/model/engine.ts";
import { engineFileError, problemsOf } from "./parse.ts";

const callable = z.custom<(...args: never[]) => unknown>((value) => typeof value === "function", {
  error: "must be a function",
});

const program = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("user-binary") }),
  z.object({ kind: z.literal("control-plane"), program: z.literal("kube-proxy") }),
  z.object({ kind: z.literal("node-script"), path: z.string() }),
]);

/** What can be seen of an Engine without calling it. */
const engineShape = z.object({
  contract: z.literal(1, {
    error: "must be 1: that is the version of the contract that this harness speaks",
  }),
  name: z.string().min(1),
  title: z.string().min(1),
  variants: z.array(z.string()).min(1),
  program,
  problems: callable,
  profile: callable,
  access: callable,
  launch: callable,
  render: callable,
  match: callable,
});

/**
 * The default export of a module as an engine.
 *
 * @throws {HarnessProblems} `args/bad-engine-file`, every problem at once
 */
export function engineOfModule(exported: unknown, name: string): Engine {
  const shape = engineShape.safeParse(exported);
  const [first, ...rest] = (shape.success ? [] : problemsOf(shape.error)).map(({ path, message }) => ({
    path: `default export${path === "" ? "" : `.${path}`}`,
    message,
  }));
  if (first !== undefined) throw engineFileError(name, [first, ...rest]);
  // What its functions return is checked where it is used.
  return exported as Engine;
}
