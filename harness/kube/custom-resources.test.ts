import { expect, it } from "vitest";
import { findResource } from "./custom-resources.ts";

const served: Readonly<Record<string, unknown>> = {
  "/apis/example.com": { preferredVersion: { version: "v2" } },
  "/apis/example.com/v2": {
    resources: [
      { name: "things", kind: "Thing" },
      { name: "things/status", kind: "Thing" },
    ],
  },
};
const api = {
  request: async (_: string, path: string) => {
    const body = served[path];
    return { status: body === undefined ? 404 : 200, body: body ?? {} };
  },
};

it("finds a resource where the API server serves it now", async () => {
  expect(await findResource(api, "example.com", "things")).toEqual({
    kind: "Thing",
    group: "apis/example.com/v2",
    plural: "things",
  });
});

it("finds none that is not served", async () => {
  expect(await findResource(api, "example.com", "others")).toBeUndefined();
  expect(await findResource(api, "gone.example.com", "things")).toBeUndefined();
});
