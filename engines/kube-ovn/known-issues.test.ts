import { testKnownIssues } from "../known-issues.fixture.ts";
import { versionProblems } from "./releases.ts";

testKnownIssues(import.meta.url, {
  engine: "kube-ovn",
  repository: "kubeovn/kube-ovn",
  isRelease: (text) => versionProblems(text).length === 0,
});
