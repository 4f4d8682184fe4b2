import type { StartedTestContainer } from "testcontainers";
import { z } from "zod";
import { pushImage } from "../../image/open-image.ts";
import { run } from "../../process/run.ts";
import type { RegistryImage } from "./load.ts";
import { obtainRegistryImage } from "./registry-image.ts";
import { ownerLabels, runName } from "./run-network.ts";

/** A registry beside the clusters of a run, which the vendors' images come from, as they are. */
export interface ImageRegistry extends AsyncDisposable {
  /**
   * Takes an image in.
   *
   * @param source - an archive or a reference, as for `--engine-image`
   * @param name - for it here: "engine-kube-vip:v0.8.5"
   * @throws {HarnessError} as `openImage`
   */
  push(source: string, name: string): Promise<RegistryImage>;
  /** Goes out of a docker network, which could not be removed otherwise. */
  leave(network: string): Promise<void>;
}

const port = 5000;
/** docker itself is slow on a busy machine. */
const dockerMs = 60_000;
const manifestSchema = z.object({ config: z.object({ digest: z.string() }) });

/** The registry's own address in a docker network. */
async function addressIn(container: StartedTestContainer, network: string): Promise<string> {
  const format = `{{(index .NetworkSettings.Networks "${network}").IPAddress}}`;
  const argv = ["docker", "inspect", "--format", format, container.getId()] as const;
  return (await run(argv, { timeoutMs: dockerMs })).stdout.trim();
}

async function startContainer(image: string, runId: string): Promise<StartedTestContainer> {
  // Its own reaper is an image that would have to be pulled; ours knows the container by its labels.
  process.env["TESTCONTAINERS_RYUK_DISABLED"] = "true";
  const { GenericContainer, Wait } = await import("testcontainers");
  return await new GenericContainer(image)
    .withName(`${runName(runId)}-registry`)
    .withLabels({ ...ownerLabels(runId) })
    .withNetworkMode("bridge")
    // No port of this machine's: it is reached by its own address.
    .withWaitStrategy(Wait.forLogMessage(/listening on/))
    .start();
}

/**
 * Starts a registry for one run.
 *
 * @throws {HarnessError} `kind/image-failed`, `kind/no-docker`
 */
export async function openRegistry(options: {
  readonly runId: string;
  readonly report: (line: string) => void;
}): Promise<ImageRegistry> {
  const container = await startContainer(await obtainRegistryImage(options.report), options.runId);
  const home = `${container.getIpAddress("bridge")}:${port}`;
  const joined = new Map<string, Promise<string>>();
  const join = async (network: string): Promise<string> => {
    await run(["docker", "network", "connect", network, container.getId()], { timeoutMs: dockerMs });
    return addressIn(container, network);
  };
  const joinOnce = (network: string): Promise<string> => {
    const joining = joined.get(network) ?? join(network);
    joined.set(network, joining);
    joining.catch(() => joined.delete(network)); // Whoever asked is told; the next one tries again.
    return joining;
  };
  return {
    async push(source, name) {
      const tag = `leakproof/${name}`;
      const manifest = await pushImage(source, `${home}/${tag}`);
      return {
        reference: `docker.io/${tag}`,
        id: manifestSchema.parse(JSON.parse(manifest)).config.digest,
        nameIn: async (network) => `${await joinOnce(network)}:${port}/${tag}`,
      };
    },
    async leave(network) {
      if (!joined.delete(network)) return;
      const argv = ["docker", "network", "disconnect", "--force", network, container.getId()] as const;
      await run(argv, { timeoutMs: dockerMs, allowFailure: true });
    },
    async [Symbol.asyncDispose]() {
      await container.stop({ remove: true, removeVolumes: true });
    },
  };
}
