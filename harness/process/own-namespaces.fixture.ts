/**
 * In front of a command: network, mount and process namespaces of its own, as their root. The user namespace comes
 * first: what a network namespace has in /proc belongs to whoever was its root when it was made, and nobody was yet.
 */
export const inOwnNamespaces = [
  "unshare",
  "--user",
  "--map-root-user",
  "--",
  "unshare",
  "--net",
  "--mount",
  "--pid",
  "--fork",
  "--kill-child",
  "--mount-proc",
] as const;
