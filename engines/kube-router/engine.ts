import type { Engine } from "../../harness/model/engine.ts";
import { access } from "./access.ts";
import { launch, uninstall } from "./launch.ts";
import { match } from "./match.ts";
import { selectionProblems } from "./options.ts";
import { profile } from "./profile.ts";
import { render } from "./render.ts";

/** kube-router with its network policies, and with Services by IPVS, from v1.5.3 on. */
export const kubeRouter: Engine = {
  contract: 1,
  name: "kube-router",
  title: "kube-router",
  /** `firewall`: network policies alone, which need neither ip_vs nor dummy interfaces; `service-proxy`: Services too. */
  variants: ["firewall", "service-proxy"],
  program: { kind: "user-binary" },
  image: ({ version }) => `docker.io/cloudnativelabs/kube-router:${version}`,
  kernelNeeds: ({ variant }) => (variant === "service-proxy" ? ["ip_vs", "dummy"] : []),
  problems: selectionProblems,
  profile,
  access,
  launch,
  uninstall,
  render,
  match,
};
