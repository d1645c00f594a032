// The repository under test, and the one compiler that answers every test.

import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Bicep, compilerPath, unsupported } from '../lib/bicep.mjs';
import { Project } from '../lib/project.mjs';

export const root = fileURLToPath(new URL('../../../', import.meta.url));

export const repository = new Project(root);

export const bicep = unsupported ? undefined : new Bicep(compilerPath(root) ?? 'bicep');

/** A test that asks the compiler; skipped, with the reason, where there is none. */
export const compilerTest = (name, run) => test(name, { skip: unsupported ?? false }, run);
