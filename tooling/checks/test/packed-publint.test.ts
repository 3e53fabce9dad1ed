import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { describe, expect, inject, test } from 'vitest';

describe.each(inject('packedPackages').map((one) => [one.manifest.name, one] as const))('%s', (_, packed) => {
  test('has a manifest in which publint finds nothing to say, not even a suggestion', async () => {
    const { messages, pkg } = await publint({
      pkgDir: packed.path,
      level: 'suggestion',
      strict: true,
      pack: false,
    });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
  });
});
