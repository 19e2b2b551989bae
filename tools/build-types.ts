/** The types of the library, in files that need no other package's but those that are named. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

/** Only at the beginning of a line: comments have examples. */
const specifierPattern = /(^(?:import|export)\b[^'";]*from\s+|\bimport\()(['"])([^'"]+)\2/gm;

const specifiersIn = (text: string): readonly string[] =>
  [...text.matchAll(specifierPattern)].map(([, , , specifier = '']) => specifier);

const isPackage = (name: string, besides: readonly string[]): boolean =>
  !name.startsWith('.') &&
  !name.startsWith('node:') &&
  !besides.some((other) => name === other || name.startsWith(`${other}/`));

/** A file that hands on all that a package has, such as core/zod.ts: who imports it needs the package. */
const handsOnPackage = (file: string, besides: readonly string[]): boolean =>
  [...(ts.sys.readFile(file) ?? '').matchAll(/^export \* from '([^']+)'/gm)].some(([, name = '']) =>
    isPackage(name, besides),
  );

const needsPackage = (file: string, text: string, besides: readonly string[]): boolean =>
  specifiersIn(text).some((name) =>
    name.startsWith('.')
      ? handsOnPackage(join(dirname(file), name), besides)
      : isPackage(name, besides),
  );

/** A file's types written out, where they are inferred from what a package's functions return. */
const writtenOut = (program: ts.Program, file: string): string => {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const module = source && checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error(`${file} is not part of the library`);
  return checker
    .getExportsOfModule(module)
    .filter(({ flags }) => (flags & ts.SymbolFlags.TypeAlias) !== 0)
    .map((symbol) => {
      const type = checker.typeToString(
        checker.getDeclaredTypeOfSymbol(symbol),
        undefined,
        ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.InTypeAlias,
      );
      return `export type ${symbol.name} = ${type};\n`;
    })
    .join('');
};

const declarationsOf = (
  root: string,
  entry: string,
  besides: readonly string[],
): ReadonlyMap<string, string> => {
  const { config } = ts.readConfigFile(
    join(root, 'tsconfig.json'),
    ts.sys.readFile.bind(ts.sys),
  ) as {
    config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(
    { ...(config as object), include: [], files: [entry] },
    ts.sys,
    root,
  );
  const program = ts.createProgram([join(root, entry)], {
    ...options,
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    rootDir: root,
    outDir: root,
    types: ['node'],
  });
  const found = new Map<string, string>();
  program.emit(undefined, (file, text) => {
    const source = resolve(file).replace(/\.d\.ts$/, '.ts');
    found.set(source, needsPackage(source, text, besides) ? writtenOut(program, source) : text);
  });
  return found;
};

/** The source files whose types one leads to, itself among them. */
const reachableFrom = (
  entry: string,
  declarations: ReadonlyMap<string, string>,
): ReadonlySet<string> => {
  const found = new Set<string>();
  const visit = (file: string): void => {
    if (found.has(file)) return;
    const text = declarations.get(file);
    if (text === undefined) throw new Error(`${file} has no declarations`);
    found.add(file);
    for (const specifier of specifiersIn(text)) {
      if (specifier.startsWith('.')) visit(join(dirname(file), specifier));
    }
  };
  visit(entry);
  return found;
};

/**
 * Writes the types that `entry` leads to, for modules (`.d.mts`) and for CommonJS (`.d.cts`).
 * @param entry below `root`, as `client/index.ts`
 * @param besides packages that a user of the entry has
 */
export const buildTypes = async ({
  root,
  entry,
  outDirectory,
  besides = [],
}: {
  readonly root: string;
  readonly entry: string;
  readonly outDirectory: string;
  readonly besides?: readonly string[];
}): Promise<void> => {
  const declarations = declarationsOf(root, entry, besides);
  for (const file of reachableFrom(join(root, entry), declarations)) {
    const text = declarations.get(file) ?? '';
    for (const kind of ['m', 'c']) {
      const target = join(outDirectory, relative(root, file).replace(/\.ts$/, `.d.${kind}ts`));
      await mkdir(dirname(target), { recursive: true });
      await writeFile(
        target,
        text.replace(specifierPattern, (whole, before: string, quote: string, to: string) =>
          to.startsWith('.')
            ? `${before}${quote}${to.replace(/\.ts$/, `.${kind}js`)}${quote}`
            : whole,
        ),
      );
    }
  }
};
