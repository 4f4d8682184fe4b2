import { stringify } from "yaml";

/** A kubeconfig for one server, its CA and a bearer token. */
export function renderKubeconfig(server: string, ca: string, token: string): string {
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: "cluster",
        cluster: { server, "certificate-authority-data": Buffer.from(ca).toString("base64") },
      },
    ],
    users: [{ name: "engine", user: { token } }],
    contexts: [{ name: "engine", context: { cluster: "cluster", user: "engine" } }],
    "current-context": "engine",
  });
}
