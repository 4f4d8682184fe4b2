import type { LaunchRequest, LaunchSpec } from "../../harness/model/engine.ts";
import type { launchPlaceholders } from "./checks.ts";
import { fill, fillRecord, type Values } from "./placeholders.ts";
import type { EngineFile } from "./schema.ts";

function valuesOf(file: EngineFile, request: LaunchRequest): Values {
  const { settings, selection, home } = request;
  const known: Readonly<Record<(typeof launchPlaceholders)[number], string | undefined>> = {
    program: request.program,
    home,
    node: request.node.name,
    interface: request.interface,
    apiServer: request.apiServer,
    kubeconfig: `${home}/.kube/config`,
    tokenFile: `${home}/token`,
    caFile: `${home}/ca.crt`,
    namespace: request.workloadNamespace,
    podCidr: request.podCidr,
    serviceCidr: request.serviceCidr,
    serviceCidr6: request.serviceCidr6,
    addressPool: settings.addressPool,
    version: selection.version,
    variant: selection.variant,
    egressPodCidr: settings.egressCidrs?.pod,
    egressServiceCidr: settings.egressCidrs?.service,
    routeTable: settings.routeTable?.toString(),
    leaderElection: settings.leaderElection === true ? "true" : undefined,
  };
  const options = Object.entries({ ...file.options, ...selection.options }).map(
    ([key, value]) => [`option.${key}`, value ?? undefined] as const,
  );
  return { ...known, ...Object.fromEntries(options) };
}

/** An argument, or a group of arguments that belong together; nothing where a value is missing. */
function fillArgument(argument: string | readonly string[], values: Values): readonly string[] {
  const group = [argument].flat();
  const filled = group.flatMap((text) => fill(text, values) ?? []);
  return filled.length === group.length ? filled : [];
}

/**
 * How to start the engine of a file. What names a setting that the scenario does not have is left out:
 * an argument, a group of arguments, a variable.
 */
export function launch(file: EngineFile, request: LaunchRequest): LaunchSpec {
  const values = valuesOf(file, request);
  const [command = request.program, ...args] = file.command.flatMap((argument) =>
    fillArgument(argument, values),
  );
  const credentials = { ".kube/config": request.kubeconfig, token: request.token, "ca.crt": request.apiCa };
  return {
    argv: [command, ...args],
    env: { HOME: request.home, ...fillRecord(file.env, values) },
    files: { ...credentials, ...fillRecord(file.files, values) },
    hostname: fill(file.hostname, values) ?? request.node.name,
    ...(file.ready === undefined ? {} : { readyPattern: file.ready }),
  };
}
