import { conformance } from '@millrace/conformance/vitest';
import { createPipe } from '@millrace/core';
import chunkQueue from '../src/index.ts';

conformance(chunkQueue, { createPipe });
