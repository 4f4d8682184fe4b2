import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createGuests } from "../../node/guest/guests.ts";
import type { GuestKernel } from "../../node/guest/kernel.ts";
import { findControlPlane } from "../control-plane.ts";
import { createAuthority } from "./certificates.ts";
import { enterSandbox } from "./enter.ts";
import { createSandboxPool } from "./pool.ts";

const checkout = resolve(import.meta.dirname, "../../..");
const variable = "LEAKPROOF_TEST_ERRAND";

interface Errand {
  readonly input: unknown;
  readonly answer: string;
  readonly programs: { readonly etcd: string; readonly kubeApiserver: string };
  readonly guest?: GuestKernel;
}

export interface SandboxErrand {
  /** Absolute path of a program that calls `answerErrand`. */
  readonly program: string;
  /** Anything that JSON can carry. */
  readonly input?: unknown;
  readonly asRoot?: boolean;
  /** Nodes may be guests with this kernel. */
  readonly guest?: GuestKernel;
  /** Further host paths that it may read. */
  readonly readable?: readonly string[];
  /** Everything inside is killed after this. */
  readonly timeoutMs: number;
}

/**
 * Runs a program of the tests in the sandbox, as a run's own is, and gives its answer. The control
 * plane was obtained before the first test (`control-plane.setup.ts`).
 */
export async function runInSandbox<Answer>(errand: SandboxErrand): Promise<Answer> {
  const controlPlane = await findControlPlane({});
  if (!controlPlane) throw new Error("no control plane is here: run `npm run conformance` once");
  const programs = { etcd: controlPlane.etcd.path, kubeApiserver: controlPlane.kubeApiserver.path };
  const directory = await mkdtemp(join(tmpdir(), "leakproof-errand-"));
  try {
    // Inside, root is another user.
    await chmod(directory, 0o777);
    const answer = join(directory, "answer.json");
    const { guest } = errand;
    const inside: Errand = { input: errand.input ?? null, answer, programs, ...(guest && { guest }) };
    const sandbox = enterSandbox({
      argv: [process.execPath, errand.program],
      env: { [variable]: JSON.stringify(inside) },
      readable: [
        checkout,
        process.execPath,
        directory,
        ...Object.values(programs),
        ...(errand.readable ?? []),
        ...(guest === undefined ? [] : [guest.image, guest.modules]),
      ],
      guests: guest !== undefined,
      asRoot: errand.asRoot ?? false,
    });
    const timer = setTimeout(() => sandbox.kill(), errand.timeoutMs);
    const code = await sandbox.exited.finally(() => clearTimeout(timer));
    if (code !== 0) throw new Error(`${errand.program} ended with ${code} in the sandbox`);
    return JSON.parse(await readFile(answer, "utf8")) as Answer;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The other side: does what the errand is for, with a pool of so many clusters, and ends the process. */
export async function answerErrand<Input>(
  size: number | ((input: Input) => number),
  work: (input: Input, pool: ReturnType<typeof createSandboxPool>) => Promise<unknown>,
): Promise<never> {
  const { input, answer, programs, guest } = JSON.parse(process.env[variable] ?? "") as Errand;
  const authority = await createAuthority();
  const guests = guest && { kind: "guests" as const, ...createGuests(guest, "/run/leakproof/guests") };
  const pool = createSandboxPool({
    size: typeof size === "number" ? size : size(input as Input),
    programs,
    authority,
    directory: "/run/leakproof",
    ...(guests && { guests }),
  });
  await writeFile(answer, JSON.stringify(await work(input as Input, pool)));
  process.exit(0);
}
