/** Where the stacks find what is deployed as it is. The build puts packaged-files.ts in the place of this module. */

/** The text of a state machine, in statemachines/. */
export const definitionFile = (name: string): URL =>
  new URL(`../statemachines/${name}.asl.json`, import.meta.url);

export const packageFile: URL = new URL('../package.json', import.meta.url);

/** The package brings its bundles along; the repository makes them (tools/bundle.ts) and says where they are. */
export const bundlesDirectory: string | null = null;
