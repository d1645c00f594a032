// Restores the compiler into the package cache, unless it is there. `npm test` runs it first.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { compilerPath, unsupported } from '../lib/bicep.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
if (unsupported) {
  console.log(`Bicep is not compiled here: ${unsupported}.`);
} else if (!compilerPath(root)) {
  const { status } = spawnSync('dotnet', ['restore', 'build/bicep', '--verbosity', 'quiet'], { cwd: root, stdio: 'inherit' });
  if (status !== 0 || !compilerPath(root)) {
    console.error('The Bicep compiler could not be restored: run `dotnet restore build/bicep` and see why.');
    process.exitCode = 1;
  }
}
