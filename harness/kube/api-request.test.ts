import fc from "fast-check";
import { expect, test } from "vitest";
import { matchesRequest, parseApiRequest } from "./api-request.ts";

const apps = "/apis/discovery.k8s.io/v1";

test.each([
  ["GET", "/api/v1/services", "list", "services"],
  ["GET", "/api/v1/namespaces/a/services?limit=500&resourceVersion=0", "list", "services"],
  ["GET", "/api/v1/services?watch=true", "watch", "services"],
  ["GET", "/api/v1/services?allowWatchBookmarks=true&watch=1", "watch", "services"],
  ["GET", "/api/v1/services?watch=false", "list", "services"],
  ["GET", "/api/v1/services?watch=0", "list", "services"],
  ["GET", "/api/v1/watch/namespaces/a/services", "watch", "services"],
  ["GET", "/api/v1/namespaces/a/services/web", "get", "services"],
  ["GET", "/api/v1/namespaces/a", "get", "namespaces"],
  ["GET", "/api/v1/namespaces", "list", "namespaces"],
  ["PUT", "/api/v1/namespaces/a/finalize", "update", "namespaces/finalize"],
  ["PATCH", "/api/v1/namespaces/a/status", "patch", "namespaces/status"],
  ["PUT", "/api/v1/namespaces/a/services/web/status", "update", "services/status"],
  ["POST", "/api/v1/namespaces/a/pods/gateway/exec?command=ip", "create", "pods/exec"],
  ["DELETE", `${apps}/namespaces/a/endpointslices/web`, "delete", "endpointslices"],
  ["DELETE", `${apps}/namespaces/a/endpointslices`, "delete", "endpointslices"],
  ["GET", `${apps}/endpointslices?watch=true`, "watch", "endpointslices"],
  ["GET", "/healthz", "get", undefined],
  ["GET", "/version?watch=true", "get", undefined],
  ["GET", "/api/v1", "get", undefined],
] as const)("%s %s is %s of %s", (method, path, verb, resource) => {
  const request = parseApiRequest(method, path);
  expect([request.verb, request.resource]).toEqual([verb, resource]);
  expect(request.isWrite).toBe(method !== "GET");
});

test("a watch goes on from a version, lists first, or does neither", () => {
  const read = (query: string): readonly boolean[] => {
    const { continues, listsFirst } = parseApiRequest("GET", `/api/v1/services?${query}`);
    return [continues, listsFirst];
  };
  expect(read("watch=true&resourceVersion=12")).toEqual([true, false]);
  expect(read("watch=true&resourceVersion=12&sendInitialEvents=true")).toEqual([false, true]);
  expect(read("watch=true&resourceVersion=0")).toEqual([false, false]);
  expect(read("watch=true")).toEqual([false, false]);
  expect(read("resourceVersion=12")).toEqual([false, false]);
});

test("a list and the watch after it are one collection, another selector is another", () => {
  const collection = (query: string): string =>
    parseApiRequest("GET", `/api/v1/services?${query}`).collection;
  const list = collection("labelSelector=a%3Db&limit=500");
  expect(collection("watch=true&labelSelector=a%3Db&resourceVersion=4")).toBe(list);
  expect(collection("labelSelector=a%3Dc")).not.toBe(list);
  expect(collection("fieldSelector=a%3Db")).not.toBe(list);
});

test("a match is about verbs, about a resource with its subresource, or about everything", () => {
  const status = parseApiRequest("PUT", "/api/v1/namespaces/a/services/web/status");
  expect(matchesRequest(undefined, status)).toBe(true);
  expect(matchesRequest({}, status)).toBe(true);
  expect(matchesRequest({ verbs: ["update", "patch"], resource: "services/status" }, status)).toBe(true);
  expect(matchesRequest({ resource: "services" }, status)).toBe(false);
  expect(matchesRequest({ verbs: ["create"] }, status)).toBe(false);
  expect(matchesRequest({ resource: "services" }, parseApiRequest("GET", "/healthz"))).toBe(false);
});

test("always: any text is read", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (method, path) => {
      const request = parseApiRequest(method, path);
      expect(request.path).toBe(path);
      expect(path.startsWith(request.pathname)).toBe(true);
    }),
  );
});
