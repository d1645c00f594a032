// Everything infra/ says, without a cloud. One file starts them all, since they share one compiler.

import { after } from 'node:test';
import { bicep } from './here.mjs';

after(() => bicep?.stop());

await import('./repository.mjs');
await import('./deployments.mjs');
await import('./planted.mjs');
