import { conformance } from '@millrace/conformance/vitest';
import { createPipe } from '@millrace/core';
import copyOnYield from '../src/index.ts';

conformance(copyOnYield, { createPipe });
