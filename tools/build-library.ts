import { moduleSettings, packageSettings } from './build-command.ts';

interface LibraryOptions {
  readonly root: string;
  readonly outDirectory: string;
}

/** What `import … from 'stepkey'` gives, as a module and as CommonJS, with nothing left to be installed beside it. */
export const buildLibrary = async ({ root, outDirectory }: LibraryOptions): Promise<void> => {
  const { build } = await import('esbuild');
  const common = {
    absWorkingDir: root,
    entryPoints: [{ in: 'client/index.ts', out: 'index' }],
    outdir: outDirectory,
  };
  await Promise.all([
    build({ ...moduleSettings, ...common }),
    build({ ...packageSettings, ...common, format: 'cjs', outExtension: { '.js': '.cjs' } }),
  ]);
};
