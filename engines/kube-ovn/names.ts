/** Everything that the adapter names in a cluster. */
export const names = {
  namespace: "kube-system",
  serviceAccount: "ovn",
  /** The network attachment of elastic addresses, by which releases find their subnet; the same name for both. */
  external: "ovn-vpc-external-network",
  vpc: "lp-vpc",
  subnet: "lp-inner",
  gateway: "gw",
  statefulSet: "vpc-nat-gw-gw",
  pod: "vpc-nat-gw-gw-0",
  container: "vpc-nat-gw",
} as const;

/** The gateway's interface to the outside, as its script expects it. */
export const outerInterface = "net1";

/** Where OVN's databases listen, on the node's loopback. */
export const databasePorts = { northbound: 6641, southbound: 6642 } as const;

/** Networks of the engine's own, which nothing else in the sandbox uses. */
export const ownNetworks = { default: "10.16.0.0/16", join: "100.64.0.0/16" } as const;

export const group = "kubeovn.io/v1";
