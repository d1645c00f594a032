// The repository as the checks see it. A test can lay changed texts over the files.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

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

const copies = [];
process.once('exit', () => copies.forEach((copy) => rmSync(copy, { recursive: true, force: true })));

export class Project {
  #copy;

  /**
   * @param {string} root the repository's root
   * @param {Record<string, string>} changes texts by path that stand for the files'
   */
  constructor(root, changes = {}) {
    this.root = root;
    this.changes = changes;
  }

  files(folder, pattern) {
    return [...filesBelow(this.root, folder)].filter((path) => pattern.test(path)).sort();
  }

  readText(path) {
    return this.changes[path] ?? readFileSync(join(this.root, path), 'utf8');
  }

  /** This project with one text changed in one file. Refuses a change that changes nothing. */
  planted(path, from, to) {
    const text = this.readText(path);
    const changed = typeof from === 'string' ? text.replace(from, () => to) : text.replace(from, to);
    if (changed === text) {
      throw new Error(`${path} has no ${from} to change`);
    }
    return new Project(this.root, { ...this.changes, [path]: changed });
  }

  /** The Bicep files below infra/. */
  get bicep() {
    return this.files('infra', /\.bicep(param)?$/);
  }

  /** A folder of its own with what the compiler reads, changes laid over. */
  get copy() {
    if (!this.#copy) {
      this.#copy = mkdtempSync(join(tmpdir(), 'infra-'));
      copies.push(this.#copy);
      for (const path of this.files('infra', /\.(bicep|bicepparam|kql)$|bicepconfig\.json$/)) {
        this.write(path, this.readText(path));
      }
    }
    return this.#copy;
  }

  /** Writes a file into the copy, and gives its whole path. */
  write(path, text) {
    const whole = join(this.copy, path);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(whole, text);
    return whole;
  }
}
