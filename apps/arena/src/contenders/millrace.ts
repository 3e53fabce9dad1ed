import type { CreatePipe } from '@millrace/conformance';
import { laws } from '@millrace/conformance';
import { createPipe as createOurs } from '@millrace/core';
import type { Claims } from '../contender.ts';

const contract = 'https://github.com/millrace/millrace/blob/main/packages/core/CONTRACT.md#laws-of-a-pipe';

/** All of them: the laws are ours. */
export const claims: Claims = Object.fromEntries(
  laws.filter(({ id }) => id.startsWith('P')).map(({ id }) => [id, contract]),
);

export const createPipe: CreatePipe = createOurs;
