/** The pod that is the gateway of a node. */
export function podExecTarget(node: string): {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
} {
  return { namespace: "kube-system", pod: `leakproof-gateway-${node}`, container: "gateway" };
}
