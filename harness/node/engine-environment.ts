/**
 * The environment of an engine, or of a gateway's command, and of all that stands in front of it. Tools that this machine lacks are in the
 * cache, where only the harness's own PATH and library paths lead: whatever PATH an engine has, they find them.
 */
export function engineEnvironment(
  own: Readonly<Record<string, string>>,
  ours: NodeJS.ProcessEnv = process.env,
): Readonly<Record<string, string>> {
  const inherited = ["LD_LIBRARY_PATH", "XTABLES_LIBDIR"].flatMap((name) => {
    const value = ours[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const path = [own["PATH"], ours["PATH"]].filter((part) => part !== undefined).join(":");
  return { ...Object.fromEntries(inherited), ...own, PATH: path };
}
