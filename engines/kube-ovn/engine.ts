import type { Engine } from "../../harness/model/engine.ts";
import { access } from "./access.ts";
import { needs } from "./files.ts";
import { launch } from "./launch.ts";
import { match } from "./match.ts";
import { profile } from "./profile.ts";
import { versionProblems } from "./releases.ts";
import { render } from "./render.ts";
import { surroundings } from "./surroundings.ts";

/** Kube-OVN's controller as it programs VPC NAT gateways: EIP, FIP, SNAT and DNAT by iptables. */
export const kubeOvn: Engine = {
  contract: 1,
  name: "kube-ovn",
  title: "Kube-OVN (VPC NAT gateway)",
  variants: ["iptables"],
  program: { kind: "user-binary" },
  needs,
  problems: ({ version, options }) => [
    ...versionProblems(version),
    ...Object.keys(options).map((name) => `kube-ovn has no option "${name}".`),
  ],
  profile,
  access,
  launch,
  render,
  surroundings,
  match,
};
