import type { TestProject } from 'vitest/node';
import { packFamily } from '../src/packed-family.ts';
import type { PackedPackage } from '../src/packed-family.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A folder in which the packed packages resolve by name. */
    readonly consumer: string;
    readonly packedPackages: readonly PackedPackage[];
  }
}

/** Builds and packs the family, and takes it away at the end. */
export default function setup(project: TestProject): () => void {
  const { consumer, packages, ...family } = packFamily();
  project.provide('consumer', consumer);
  project.provide('packedPackages', packages);
  return () => family[Symbol.dispose]();
}
