import type { Engine } from "../../harness/model/engine.ts";
import { access } from "./access.ts";
import { launch } from "./launch.ts";
import { match } from "./match.ts";
import { selectionProblems } from "./options.ts";
import { profile } from "./profile.ts";
import { render } from "./render.ts";

/** kube-vip as a service load balancer: egress, and host routes or addresses, from v0.7.0 on. */
export const kubeVip: Engine = {
  contract: 1,
  name: "kube-vip",
  title: "kube-vip",
  /** Both with an election for every Service; `rt`: routing-table mode, `arp`: addresses on an interface, also for the API server. */
  variants: ["rt", "arp"],
  program: { kind: "user-binary" },
  image: ({ version }) => `ghcr.io/kube-vip/kube-vip:${version}`,
  problems: selectionProblems,
  profile,
  access,
  launch,
  render,
  match,
};
