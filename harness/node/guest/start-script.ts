import { guestCables, type NodeWiring, renderInsideGuest } from "../../cluster/sandbox/node-network.ts";
import { kernelProbes } from "../../machine/kernel-probes.ts";
import { withSystemFolders } from "../../machine/host-tools.js";
import type { KernelFeature } from "../../model/kernel-feature.ts";

/** Paths of this machine's tools lead to the same files in a guest. */
const inherited = ["LD_LIBRARY_PATH", "XTABLES_LIBDIR"] as const;

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** All that engines use of a node's kernel, and what this scenario needs: a program may not insert modules itself. */
function modulesOf(needs: readonly KernelFeature[]): readonly string[] {
  const probes = kernelProbes.filter(
    ({ needed, feature }) => needed || (feature !== undefined && needs.includes(feature)),
  );
  return [...new Set(probes.flatMap(({ modules }) => modules))];
}

/**
 * What a guest does once it sees this machine's files, as its first process: inserts modules, makes its node's
 * namespace, and runs our program in it.
 *
 * @param program - its file, relative to the directory of the program, which init.sh has put in place
 */
export function renderStart(wiring: NodeWiring, needs: readonly KernelFeature[], program: string): string {
  const { name } = wiring.ref;
  const variables = inherited.flatMap((variable) => {
    const value = process.env[variable];
    return value === undefined ? [] : [`export ${variable}=${quote(value)}`];
  });
  // The kernel names interfaces in the order in which the machine has them.
  const links = { toCluster: "eth0", toPods: "eth1" };
  return `export PATH=${quote(withSystemFolders(process.env["PATH"]))} HOME=/root LC_ALL=C
${variables.join("\n")}
trap 'echo "leakproof: the guest ends"; /bin/busybox poweroff -f' EXIT
/run/guest/modprobe -a ${modulesOf(needs).join(" ")} || echo "leakproof: some modules were not inserted"
echo "leakproof: modules are there"
ip link set lo up
${renderInsideGuest(wiring, links)}
for port in /sys/class/virtio-ports/*; do
  if [ "$(cat "$port/name")" = leakproof ]; then channel=/dev/\${port##*/}; fi
done
echo "leakproof: starting the program"
nsenter --net=/run/netns/${name} -- ${quote(process.execPath)} /run/guest/program/${program} "$channel" ${name} /run/node &
wait $!
`;
}

/** Cables of a guest, with an address of the machine for each that no other guest has. */
export function guestLinks(wiring: NodeWiring): readonly { readonly tap: string; readonly mac: string }[] {
  const { toCluster, toPods } = guestCables(wiring);
  const bytes = wiring.ref.ipv4
    .split(".")
    .slice(1)
    .map((byte) => Number(byte).toString(16).padStart(2, "0"));
  return [
    { tap: toCluster, mac: `02:01:00:${bytes.join(":")}` },
    { tap: toPods, mac: `02:02:00:${bytes.join(":")}` },
  ];
}
