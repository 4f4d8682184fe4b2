import type { Engine } from "../harness/model/engine.ts";
import { kubeOvn } from "./kube-ovn/engine.ts";
import { kubeProxy } from "./kube-proxy/engine.ts";
import { kubeRouter } from "./kube-router/engine.ts";
import { kubeVip } from "./kube-vip/engine.ts";
import { reference } from "./reference/engine.ts";

/** Every engine of this project. One from outside is given by its file: `--engine ./my-engine.yaml`. */
export const engines: readonly Engine[] = [reference, kubeOvn, kubeProxy, kubeVip, kubeRouter];
