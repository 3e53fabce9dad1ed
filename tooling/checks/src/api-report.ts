import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { CompilerState, Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import type { PackedPackage } from './packed-family.ts';

/** One door of a packed package. */
export interface ApiDoor {
  /** `.`, `./web` */
  readonly door: string;
  /** The declarations that it leads to. */
  readonly types: string;
}

/** The doors of a package that lead to declarations. */
export function apiDoors({ manifest, path }: PackedPackage): readonly ApiDoor[] {
  return Object.entries(manifest.exports ?? {}).flatMap(([door, to]) =>
    typeof to === 'string' ? [] : [{ door, types: join(path, to.types) }],
  );
}

/**
 * Everything that a user can name behind one door, as text that is the same as long as the API is.
 *
 * @param scratch A folder for what the extractor writes.
 */
export function apiReport(
  packed: PackedPackage,
  { door, types: packedTypes }: ApiDoor,
  scratch: string,
): string {
  const { folder } = packed;
  const name = [folder, ...door.split('/').slice(1)].join('.');
  const path = outsideOfModules(packed, scratch);
  const types = join(path, relative(packed.path, packedTypes));
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: path,
      mainEntryPointFilePath: types,
      compiler: {
        // Only what this door leads to. The consumer's `.d.ts` files are none of the package's.
        overrideTsconfig: {
          compilerOptions: {
            target: 'ES2022',
            module: 'NodeNext',
            moduleResolution: 'NodeNext',
            lib: ['ES2023', 'ESNext.Disposable', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable'],
            types: [],
            skipLibCheck: true,
          },
          files: [types],
        },
      },
      apiReport: {
        enabled: true,
        reportFileName: `${name}.api.md`,
        reportFolder: scratch,
        reportTempFolder: join(scratch, 'temp'),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      newlineKind: 'lf',
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
        // Doc comments are for editors, not for this tool's tags.
        extractorMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(path, 'package.json'),
  });
  const problems: string[] = [];
  Extractor.invoke(config, {
    localBuild: true,
    compilerState: CompilerState.create(config),
    messageCallback(message) {
      message.handled = true;
      if (message.logLevel === ExtractorLogLevel.Error) problems.push(message.text);
    },
  });
  if (problems.length > 0) throw new Error(`The API of ${name} could not be read: ${problems.join('; ')}`);
  const report = join(scratch, `${name}.api.md`);
  if (!existsSync(report)) throw new Error(`The API of ${name} has no report`);
  return readFileSync(report, 'utf8');
}

/** A copy of the package in `scratch`: what lies in a node_modules folder is a stranger's API to the extractor. */
function outsideOfModules({ path, folder, manifest }: PackedPackage, scratch: string): string {
  const copy = join(scratch, folder);
  if (existsSync(copy)) return copy;
  mkdirSync(scratch, { recursive: true });
  const siblings = join(path, '../'.repeat(manifest.name.split('/').length));
  const link = join(scratch, 'node_modules');
  if (!existsSync(link)) symlinkSync(siblings, link, 'junction');
  cpSync(path, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}
