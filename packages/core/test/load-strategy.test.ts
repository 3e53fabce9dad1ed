import { describe, expect, it } from 'vitest';
import { createPipe, loadStrategy, PipeError, type LoadStrategyOptions } from '../src/index.ts';
import { requireStrategy } from '../src/strategy-shape.ts';
import { arrayStrategy, fixedArrayStrategy } from './array-strategy.ts';

const fixture = (name: string): string => new URL(`strategies/${name}.ts`, import.meta.url).href;

async function refusal(specifier: string, options?: LoadStrategyOptions): Promise<PipeError> {
  try {
    await loadStrategy(specifier, options);
  } catch (error) {
    if (error instanceof PipeError) return error;
    throw error;
  }
  throw new Error(`${specifier} was loaded`);
}

describe('loadStrategy', () => {
  it('loads the default export of a file URL, and the strategy works', async () => {
    const strategy = await loadStrategy(fixture('sound'));
    expect(strategy.name).toBe('array-strategy');
    const { writer, reader } = createPipe(strategy);
    writer.write(Uint8Array.of(1, 2, 3));
    writer.end();
    expect(await reader.read()).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('says what to install when there is no such package, with what the import threw as cause', async () => {
    for (const name of ['millrace-absent-strategy', '@millrace-absent/strategy']) {
      const error = await refusal(name);
      expect(error.code).toBe('ERR_PIPE_STRATEGY');
      expect(error.message).toBe(`Strategy ${name} is not installed: run "npm install ${name}"`);
      expect(error.value).toBe(name);
      expect((error.cause as Error).message).toContain(name);
    }
  });

  it('names the package of ours that is there when its scope was left out', async () => {
    const imported: string[] = [];
    const importOne = async (name: string): Promise<unknown> => {
      imported.push(name);
      if (name === '@millrace/array') return { default: arrayStrategy };
      throw new Error(`Cannot find package '${name}' imported from app.js`);
    };
    const { message } = await refusal('array', { import: importOne });
    expect(message).toBe('Strategy array is not installed, but @millrace/array is: name that');
    const other = await refusal('list', { import: importOne });
    expect(other.message).toBe('Strategy list is not installed: run "npm install list"');
    await refusal('@else/array', { import: importOne });
    expect(imported).toEqual(['array', '@millrace/array', 'list', '@millrace/list', '@else/array']);
  });

  it('says that a file is missing, without offering to install it', async () => {
    const url = fixture('absent');
    const error = await refusal(url);
    expect(error.code).toBe('ERR_PIPE_STRATEGY');
    expect(error.message).toBe(`There is no strategy module at ${url}`);
    expect(error.cause).toBeInstanceOf(Error);
  });

  it('refuses a module without a default export', async () => {
    const url = fixture('no-default');
    const error = await refusal(url);
    expect(error.code).toBe('ERR_PIPE_STRATEGY');
    expect(error.message).toBe(`The default export of ${url} is undefined, not a strategy object`);
  });

  it('refuses a strategy of another contract, and names both versions', async () => {
    const url = fixture('next-contract');
    const error = await refusal(url);
    expect(error.code).toBe('ERR_PIPE_STRATEGY');
    expect(error.message).toBe(`The default export of ${url} is written for contract 2; this is contract 1`);
  });

  it('refuses traits that promise the impossible', async () => {
    const error = await refusal(fixture('bad-traits'));
    expect(error.code).toBe('ERR_PIPE_STRATEGY');
    expect(error.message).toMatch(/has traits\.amplification 0\.5; it must be a number, 1 or more$/);
  });

  it('passes on what a module threw while it was loaded, and offers no install', async () => {
    const url = fixture('throws');
    const error = await refusal(url);
    expect(error.code).toBe('ERR_PIPE_STRATEGY');
    expect(error.message).toBe(`Strategy ${url} could not be loaded: this machine has no such memory`);
    expect((error.cause as Error).message).toBe('this machine has no such memory');
  });

  it('names the dependency that a strategy misses, not the strategy, which is installed', async () => {
    const url = fixture('misses-dependency');
    const error = await refusal(url);
    expect(error.code).toBe('ERR_PIPE_STRATEGY');
    expect(error.message).toContain(`Strategy ${url} could not be loaded: `);
    expect(error.message).toContain('millrace-absent-dependency');
    expect(error.message).not.toContain('npm install');
  });

  it('tells a file that Node does not find from a package that misses a dependency, by what was missed', async () => {
    const failing = (message: string): LoadStrategyOptions => ({
      import: () => Promise.reject(new Error(message)),
    });
    const url = 'file:///srv/my%20app/store.js';
    const absent = "Cannot find module '/srv/my app/store.js' imported from /srv/core/load-strategy.js";
    expect((await refusal(url, failing(absent))).message).toBe(`There is no strategy module at ${url}`);
    const incomplete =
      "Cannot find package 'left-pad' imported from /srv/node_modules/@x/store/dist/index.js";
    expect((await refusal('@x/store', failing(incomplete))).message).toBe(
      `Strategy @x/store could not be loaded: ${incomplete}`,
    );
  });

  it('imports with the function it is given, which alone decides what a name means', async () => {
    const asked: string[] = [];
    const strategy = await loadStrategy('of-the-app', {
      import: (specifier) => {
        asked.push(specifier);
        return Promise.resolve({ default: fixedArrayStrategy });
      },
    });
    expect(strategy).toBe(fixedArrayStrategy);
    expect(asked).toEqual(['of-the-app']);
  });

  it('refuses what such an import throws, rejects with or answers instead of a module', async () => {
    for (const importModule of [
      (): never => {
        throw new Error('no');
      },
      () => Promise.reject(new Error('no')),
      () => Promise.resolve(null),
      () => Promise.resolve({ default: null }),
    ]) {
      expect((await refusal('of-the-app', { import: importModule })).code).toBe('ERR_PIPE_STRATEGY');
    }
  });

  it.each(['./mine.js', '../mine.js'])(
    'says how to name the file %s, a path that only its caller knows',
    async (path) => {
      const error = await refusal(path);
      expect(error.code).toBe('ERR_PIPE_ARGUMENT');
      expect(error.message).toContain(`give new URL("${path}", import.meta.url).href`);
      // An import of the caller's own knows where it is.
      const own = loadStrategy(path, { import: () => Promise.resolve({ default: arrayStrategy }) });
      expect(await own).toBe(arrayStrategy);
    },
  );

  it('refuses a specifier that is no name, before it imports anything', async () => {
    const importNothing = (): never => {
      throw new Error('imported');
    };
    for (const specifier of ['', undefined, null, 7, arrayStrategy]) {
      const error = await refusal(specifier as string, { import: importNothing });
      expect(error.code).toBe('ERR_PIPE_ARGUMENT');
      expect(error.value).toBe(specifier);
      expect(error.message).toMatch(/^The strategy to load is .+; it must be a package name or a file URL$/);
    }
  });
});

describe('what is asked of a strategy', () => {
  const { traits } = arrayStrategy;
  const flawed: [unknown, string][] = [
    [null, 'is null, not a strategy object'],
    ['array', 'is "array", not a strategy object'],
    [() => arrayStrategy, 'is a function, not a strategy object'],
    [{}, 'is an object of type Object, no strategy'],
    [Promise.resolve(arrayStrategy), 'is an object of type Promise, no strategy: await it first'],
    [{ default: arrayStrategy }, 'is an object of type Object, no strategy: take its default export'],
    [{ ...arrayStrategy, contract: '1' }, 'is written for contract "1"; this is contract 1'],
    [{ ...arrayStrategy, name: '' }, 'has the name ""; it must be its package name'],
    [{ ...arrayStrategy, name: 5 }, 'has the name 5; it must be its package name'],
    [{ ...arrayStrategy, createStore: undefined }, 'has no createStore function'],
    [{ ...arrayStrategy, traits: undefined }, 'declares no traits'],
    [
      { ...arrayStrategy, traits: { ...traits, put: 'keeps' } },
      'has traits.put "keeps"; it must be "copies" or "takes"',
    ],
    [
      { ...arrayStrategy, traits: { ...traits, take: 'takes' } },
      'has traits.take "takes"; it must be "copies" or "gives"',
    ],
    [{ ...arrayStrategy, traits: { ...traits, fixed: 1 } }, 'has traits.fixed 1; it must be true or false'],
    [
      { ...arrayStrategy, traits: { ...traits, amplification: NaN } },
      'has traits.amplification NaN; it must be a number, 1 or more',
    ],
  ];

  for (const [value, flaw] of flawed) {
    it(`refuses one that ${flaw}`, () => {
      let error: unknown;
      try {
        requireStrategy(value, 'It');
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toMatchObject({ code: 'ERR_PIPE_STRATEGY', message: `It ${flaw}`, value });
    });
  }

  it('accepts both kinds of store', () => {
    expect(() => {
      requireStrategy(arrayStrategy, 'It');
      requireStrategy(fixedArrayStrategy, 'It');
    }).not.toThrow();
  });
});
