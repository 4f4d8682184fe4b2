import type { CommandHelp, OptionRow } from "../help/command-help.ts";

/** How an audit can be told. */
export const formats = ["table", "json", "yaml", "markdown", "html"] as const;
export type AuditFormat = (typeof formats)[number];

/** Every option of an audit, as parser, help and completion see it. */
export const auditOptions = [
  { heading: "Source, what is looked at", name: "host", help: "This machine (as root)." },
  {
    name: "netns",
    value: "PID|NAME",
    repeatable: true,
    help: "A network namespace: that of a process (of a container), or one of `ip netns`.",
  },
  {
    name: "snapshot",
    value: "DIR",
    repeatable: true,
    help: "What `npm run snapshot -- DIR` saved; its script runs without Node too.",
  },
  {
    name: "image",
    value: "REF",
    help: `With --kubeconfig and no other source, which means every node: an image with a shell and the dump tools
      (deploy/audit/Dockerfile), for a pod on each node that has none of deploy/audit. The pods are removed again.`,
  },
  { name: "namespace", value: "NAME", help: "Where those pods are made. Default: kube-system." },
  {
    heading: "Objects, what is alive",
    name: "kubeconfig",
    value: "FILE",
    help: "Read from the API; read-only rights are enough (deploy/audit/rbac.yaml) where --host or the like is given.",
  },
  { name: "in-cluster", help: "The same, with the service account of the pod that this runs in." },
  {
    name: "objects",
    value: "FILE",
    repeatable: true,
    help: `Output of: kubectl get -A -o json \\
        services,endpointslices,endpoints,nodes,pods,daemonsets,leases,networkpolicies
      Kube-OVN: with iptables-eips,iptables-fip-rules,iptables-dnat-rules,iptables-snat-rules.`,
  },
  {
    name: "asked",
    value: "KIND[,KIND]",
    help: "Kinds that the files were asked for, and of which there are none: IptablesFIPRule.",
  },
  {
    heading: "What is known",
    name: "node",
    value: "NAME",
    help: "Name of the Node object. Default: the one that has an address of the source. Without a source: this node alone.",
  },
  {
    name: "engine",
    value: "NAME[@VERSION]",
    repeatable: true,
    help: "Runs here, though no image and no process shows it.",
  },
  {
    name: "cidr",
    value: "CIDR",
    repeatable: true,
    help: "A network that is configured, beside those that Nodes and flags name.",
  },
  { name: "between", value: "TIME", help: "Between the two looks at a live source. Default: 10s." },
  {
    heading: "What is told",
    name: "format",
    value: "table|json|yaml|markdown|html",
    help: "Default: table. html is a page of one file, which opens from disk.",
  },
  {
    name: "plan",
    help: "The commands that would take each finding away, in order, with what to check first. Runs none.",
  },
  { name: "explain", value: "RULE", help: "All about the one item whose text has RULE in it." },
  { name: "baseline", value: "FILE", help: "Findings of an earlier --format json do not count." },
  { name: "diff", value: "BEFORE AFTER", help: "Compares two files of --format json; needs no source." },
  {
    heading: "Again and again",
    name: "watch",
    value: "TIME",
    help: "Look every TIME (60s); Prometheus metrics at /metrics, health at /healthz.",
  },
  { name: "listen", value: "HOST:PORT", help: "Where. Default: 127.0.0.1:9464." },
  { name: "events", help: "One Kubernetes Event for each new orphan, at most one." },
] as const satisfies readonly OptionRow[];

export const auditHelp: CommandHelp = {
  name: "audit",
  usage: "SOURCE OBJECTS [options]",
  about: `Says what rule engines left behind: rules, sets, routes and addresses that name no live object, stand twice, hold old
values, lead nowhere, belong to an engine that runs no more, or are missing. Changes nothing, ever.`,
  options: auditOptions,
  examples: [
    ["--host --kubeconfig ~/.kube/config", "This node, against its cluster."],
    [
      "--kubeconfig ~/.kube/config --image registry.example.org/leakproof:0.1.0",
      "Every node, through short-lived pods.",
    ],
    ["--snapshot ./node-1 --objects objects.json --plan", "A node from afar, and how to clean it."],
    ["--host --in-cluster --watch 60s --listen 0.0.0.0:9464", "Metrics, from a DaemonSet."],
  ],
  exitCodes: {
    0: "clean",
    1: "findings",
    2: "none found, but not all could be seen",
    64: "bad arguments",
    130: "interrupted",
  },
};
