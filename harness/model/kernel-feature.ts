/** What a scenario may need of the kernel of its nodes, beyond what every node has. */
export const kernelFeatures = ["ip_vs", "dummy", "openvswitch"] as const;

export type KernelFeature = (typeof kernelFeatures)[number];

/** Tells what is asked of the kernel from what is asked of the engine. */
export function isKernelFeature(need: string): need is KernelFeature {
  return kernelFeatures.some((feature) => feature === need);
}

/** Tables of nftables, or the older ones of x_tables. */
export type IptablesBackend = "nf_tables" | "legacy";

/** The kernel that a node's rules are in. */
export interface NodeKernel {
  /** `Linux 6.1.0-18-amd64` */
  readonly name: string;
  /** That of this machine, or of a virtual machine of ours, by KVM or emulated (TCG). */
  readonly kind: "host" | "guest-kvm" | "guest-tcg";
  /** Where `iptables` writes, called by this name: engines call it so. Absent where there is no such tool. */
  readonly iptables?: IptablesBackend;
}
