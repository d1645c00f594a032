// Prints every finding, one a line: npm run check

import { fileURLToPath } from 'node:url';
import { checks, run } from '../lib/check.mjs';
import { Project } from '../lib/project.mjs';

const project = new Project(fileURLToPath(new URL('../../../', import.meta.url)));
for (const name of Object.keys(checks)) {
  for (const { file, line, message } of run(name, project)) {
    console.log(`${file}:${line}: ${name}: ${message}`);
    process.exitCode = 1;
  }
}
