import { conformance } from '../../../src/bun-test.ts';
import { register } from './register.ts';

register(conformance);
