/** Writes the JSON schema of a configuration file to where it is published, for editors. */
import { writeFileSync } from 'node:fs';
import { configJsonSchema } from './src/config/config-schema.ts';

const file = new URL('config.schema.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
