import { conformance } from '../../../src/node-test.ts';
import { register } from './register.ts';

register(conformance);
