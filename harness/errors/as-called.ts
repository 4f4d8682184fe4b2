/** Compiled, this is the published package, which npx runs. */
const isPackage = import.meta.filename.endsWith(".js");

/** A command as it is called by npm, with its options behind `--`. */
const npmRun = /\bnpm run ([a-z][a-z-]*)( --(?= |$|`))?/gm;

/**
 * A text for a terminal, with commands as they are called here: `npm run verify -- DIR` in a checkout,
 * `npx leakproof verify DIR` where npm has installed the package. Texts in files stay as they are, since they
 * are compared.
 */
export function asCalled(text: string, byNpx: boolean = isPackage): string {
  return byNpx ? text.replace(npmRun, "npx leakproof $1") : text;
}
