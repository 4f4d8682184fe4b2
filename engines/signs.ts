import type { EngineSigns } from "../harness/audit/engine-signs.ts";
import { signs as kubeOvn } from "./kube-ovn/audit.ts";
import { signs as kubeProxy } from "./kube-proxy/audit.ts";
import { signs as kubeRouter } from "./kube-router/audit.ts";
import { signs as kubeVip } from "./kube-vip/audit.ts";
import { signs as reference } from "./reference/audit.ts";

/** Engines whose work an audit recognises. */
export const engineSigns: readonly EngineSigns[] = [kubeProxy, kubeVip, kubeRouter, kubeOvn, reference];
