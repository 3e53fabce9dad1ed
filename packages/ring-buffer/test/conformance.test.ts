import { conformance } from '@millrace/conformance/vitest';
import { createPipe } from '@millrace/core';
import ringBuffer from '../src/index.ts';

conformance(ringBuffer, { createPipe });
