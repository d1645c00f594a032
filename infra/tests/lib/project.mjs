// The repository as the checks see it. A test can lay changed texts over the files.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, normalize, relative } from 'node:path';
import { readModel } from './model.mjs';

const skipped = new Set(['node_modules', 'bin', 'obj', '.git', '.local']);

function* filesBelow(root, folder) {
  for (const entry of existsSync(join(root, folder)) ? readdirSync(join(root, folder), { withFileTypes: true }) : []) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!skipped.has(entry.name)) {
        yield* filesBelow(root, path);
      }
    } else {
      yield path;
    }
  }
}

export class Project {
  /**
   * @param {string} root the repository's root
   * @param {Record<string, string>} changes texts by path that stand for the files'
   * @param {Project} [base] a project whose unchanged files need not be parsed again
   */
  constructor(root, changes = {}, base = undefined) {
    this.root = root;
    this.changes = changes;
    this.models = new Map();
    for (const path of this.files('infra', /\.bicep(param)?$/).filter((one) => !one.startsWith(join('infra', 'tests')))) {
      this.models.set(path, (path in changes ? undefined : base?.models.get(path)) ?? readModel(this.readText(path), path));
    }
  }

  files(folder, pattern) {
    return [...filesBelow(this.root, folder)].filter((path) => pattern.test(path)).sort();
  }

  has(path) {
    return path in this.changes || existsSync(join(this.root, path));
  }

  readText(path) {
    const name = normalize(relative('.', path));
    return this.changes[name] ?? readFileSync(join(this.root, name), 'utf8');
  }

  /** The files of templates, without the files of parameters. */
  get templates() {
    return [...this.models.values()].filter((model) => model.path.endsWith('.bicep'));
  }

  get parameterFiles() {
    return [...this.models.values()].filter((model) => model.path.endsWith('.bicepparam'));
  }
}
