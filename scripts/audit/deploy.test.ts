import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { z } from "zod";
import { engineSigns } from "../../engines/signs.ts";
import { collectProgram } from "../../harness/program/collect-program.ts";
import { createMetrics } from "./metrics.ts";
import { parseAudit } from "./options.ts";
import { listedPaths } from "./read-objects.ts";

const folder = join(import.meta.dirname, "../../deploy/audit");
const read = (name: string): string => readFileSync(join(folder, name), "utf8");
const documents = (name: string): readonly unknown[] =>
  parseAllDocuments(read(name)).map((document): unknown => document.toJS());

const role = z.object({
  kind: z.string(),
  rules: z.array(
    z.object({ apiGroups: z.array(z.string()), resources: z.array(z.string()), verbs: z.array(z.string()) }),
  ),
});
const daemonSet = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({
        containers: z.array(
          z.object({
            args: z.array(z.string()),
            securityContext: z.object({
              capabilities: z.object({ add: z.array(z.string()), drop: z.array(z.string()) }),
            }),
          }),
        ),
      }),
    }),
  }),
});

describe("the manifests", () => {
  const roles = documents("rbac.yaml").flatMap((document) => role.safeParse(document).data ?? []);

  it("give the right to list exactly what is listed, and to make Events", () => {
    const granted = roles
      .filter(({ kind }) => kind === "ClusterRole")
      .flatMap(({ rules }) =>
        rules.flatMap(({ apiGroups, resources }) =>
          apiGroups.flatMap((group) => resources.map((name) => `${group}/${name}`)),
        ),
      );
    const asked = listedPaths.map((path) => {
      const [, root, ...rest] = path.split("/");
      return root === "api" ? `/${rest.at(-1) ?? ""}` : `${rest[0] ?? ""}/${rest.at(-1) ?? ""}`;
    });
    expect(granted.toSorted()).toEqual(asked.toSorted());
    const verbs = roles.map(({ kind, rules }) => [kind, ...new Set(rules.flatMap((rule) => rule.verbs))]);
    expect(verbs).toEqual([
      ["ClusterRole", "list"],
      ["Role", "create"],
    ]);
  });

  const [container] = documents("daemonset.yaml").flatMap(
    (document) => daemonSet.parse(document).spec.template.spec.containers,
  );

  it("start the command with arguments that it takes, on loopback", () => {
    const names = engineSigns.map(({ name }) => name);
    const { request, problems } = parseAudit(container?.args ?? [], names);
    expect(problems).toEqual([]);
    expect(request?.kind === "audit" && request.options.watch).toMatchObject({
      host: "127.0.0.1",
      port: 9464,
      events: true,
    });
    const patch =
      z
        .object({ patches: z.array(z.object({ patch: z.string() })) })
        .parse(parse(read("../audit-exposed/kustomization.yaml"))).patches[0]?.patch ?? "";
    // The patch replaces the argument by its place.
    expect(container?.args[5]).toMatch(/^--listen=/);
    expect(patch).toContain("/args/5");
  });

  it("give no capability but those of the dump tools", () => {
    expect(container?.securityContext.capabilities).toEqual({ drop: ["ALL"], add: ["NET_ADMIN", "NET_RAW"] });
  });
});

describe("the image", () => {
  const root = join(import.meta.dirname, "../..");

  it("has every file that the audit consists of", async () => {
    const copied = [...read("Dockerfile").matchAll(/^COPY ([a-z]+) \1$/gm)].map(([, folder]) => folder);
    const program = [...(await collectProgram([join(root, "scripts/audit.ts")])).keys()];
    const folders = new Set(program.map((path) => relative(root, path).split("/")[0]));
    expect([...folders].filter((folder) => !copied.includes(folder))).toEqual([]);
    expect(program.length).toBeGreaterThan(50);
    // The whole program is read: that takes long where others are at work.
  }, 30_000);
});

describe("alerts and dashboard", () => {
  it.each(["alerts.yaml", "dashboard.json"])(
    "%s asks only for metrics and labels that there are",
    async (name) => {
      const metrics = createMetrics();
      const finding = {
        kind: "orphan",
        engine: "e",
        node: "n",
        family: "ipset",
        text: "t",
        why: "w",
      } as const;
      metrics.observe(
        {
          schemaVersion: 1,
          takenAt: "",
          looks: 2,
          nodes: [
            {
              name: "n",
              engines: [{ engine: "e", installation: { state: "unknown" }, items: { ipset: 2 } }],
            },
          ],
          findings: [finding],
          problems: [],
        },
        1,
        1,
      );
      const exposed = await metrics.render();
      const asked = new Set(read(name).match(/leakproof_audit_\w+/g) ?? []);
      expect(asked.size).toBeGreaterThan(3);
      expect(
        [...asked].filter((metric) => !exposed.includes(`\n${metric}{`) && !exposed.includes(`\n${metric} `)),
      ).toEqual([]);
      const labels = [...read(name).matchAll(/(?:by \(|\{\{ ?\$?(?:labels\.)?)([a-z, ]+)/g)]
        .flatMap(([, text = ""]) => text.split(/[, ]+/))
        .filter((label) => label !== "" && label !== "instance" && label !== "value");
      expect(labels.filter((label) => !exposed.includes(`${label}="`))).toEqual([]);
    },
  );
});
