// YAML of the repository.

import { parseAllDocuments } from 'yaml';

/** The documents of a file. What does not parse is the test's own failure. */
export const yaml = (project, path) => parseAllDocuments(project.readText(path)).map((document) => {
  if (document.errors.length > 0) {
    throw new Error(`${path}: ${document.errors[0].message}`);
  }
  return document.toJS();
});
