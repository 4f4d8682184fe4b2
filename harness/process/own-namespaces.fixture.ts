/** In front of a command: network, mount and process namespaces of its own, as their root. */
export const inOwnNamespaces = [
  "unshare",
  "--user",
  "--map-root-user",
  "--net",
  "--mount",
  "--pid",
  "--fork",
  "--kill-child",
  "--mount-proc",
] as const;
