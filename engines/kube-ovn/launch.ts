import type { LaunchRequest, LaunchSpec } from "../../harness/model/engine.ts";
import { databasePorts, names, ownNetworks } from "./names.ts";

/** One binary holds all of the vendor's programs and looks at the name it is called by; it does not start without its directory of logs. */
const script = 'mkdir -p /var/log/kube-ovn && exec -a kube-ovn-controller "$0" "$@"';
const byName = ["bash", "-c", script] as const;

/**
 * The controller alone, for its NAT gateways: no load balancers, no network policies. What it does beside
 * ends in the two databases, which nobody reads.
 */
export function launch(request: LaunchRequest): LaunchSpec {
  const { home, node, program, serviceCidr } = request;
  const kubeconfig = `${home}/.kube/config`;
  const flags: Readonly<Record<string, string>> = {
    kubeconfig,
    "ovn-nb-addr": `tcp:127.0.0.1:${databasePorts.northbound}`,
    "ovn-sb-addr": `tcp:127.0.0.1:${databasePorts.southbound}`,
    "default-cidr": ownNetworks.default,
    "node-switch-cidr": ownNetworks.join,
    "service-cluster-ip-range": serviceCidr,
    "enable-lb": "false",
    "enable-np": "false",
    "enable-eip-snat": "false",
    "enable-external-vpc": "false",
    "enable-metrics": "false",
    "keep-vm-ip": "false",
    "enable-live-migration-optimize": "false",
    "gc-interval": "0",
    "cust-crd-retry-min-delay": "1",
    "cust-crd-retry-max-delay": "2",
    logtostderr: "true",
    v: "3",
  };
  return {
    argv: [...byName, program, ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`)],
    env: {
      HOME: home,
      KUBECONFIG: kubeconfig,
      // A new life under the same name has its lease at once.
      POD_NAME: "kube-ovn-controller",
      POD_NAMESPACE: names.namespace,
      KUBE_NAMESPACE: names.namespace,
      KUBE_NODE_NAME: node.name,
      POD_IP: "127.0.0.1",
      POD_IPS: "127.0.0.1",
      ENABLE_BIND_LOCAL_IP: "true",
    },
    files: { ".kube/config": request.kubeconfig },
    hostname: node.name,
  };
}
