import { conformance } from '@millrace/conformance/vitest';
import chunkQueue from '../src/index.ts';

conformance(chunkQueue);
