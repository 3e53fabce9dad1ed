import { configJsonSchema } from './config-schema.ts';

/** As much of a JSON schema as ours has. */
interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | false;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

/** The names that an object of the configuration file may have, by where it is in there. */
export function knownNamesAt(path: readonly PropertyKey[]): string[] {
  let places = alternatives(configJsonSchema());
  for (const key of path) places = places.flatMap((place) => alternatives(memberOf(place, key)));
  return places.flatMap(({ properties = {} }) => Object.keys(properties));
}

function memberOf({ properties, additionalProperties, items }: Schema, key: PropertyKey): Schema {
  const member = typeof key === 'number' ? items : (properties?.[String(key)] ?? additionalProperties);
  return member === undefined || member === false ? {} : member;
}

function alternatives(schema: Schema): readonly Schema[] {
  return schema.anyOf?.flatMap(alternatives) ?? [schema];
}
