import { hang } from '../hang.ts';

hang();
