// The repository under test.

import { fileURLToPath } from 'node:url';
import { Project } from '../lib/project.mjs';

export const root = fileURLToPath(new URL('../../../', import.meta.url));
export const repository = new Project(root);

/** The repository with one text changed in one file. Refuses a change that changes nothing. */
export function planted(path, from, to) {
  const text = repository.readText(path);
  const changed = typeof from === 'string' ? text.replace(from, () => to) : text.replace(from, to);
  if (changed === text) {
    throw new Error(`${path} has no ${from} to change`);
  }
  return new Project(root, { [path]: changed }, repository);
}

export const lines = (findings) => findings.map(({ file, line, message }) => `${file}:${line}: ${message}`);
