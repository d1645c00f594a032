// All checks by name. Each takes the project and its deployments, and gives findings: { file, line, message }.

import { code, names } from './checks/names.mjs';
import { linter, parameters } from './checks/parameters.mjs';
import { manifests } from './checks/manifests.mjs';
import { modules } from './checks/modules.mjs';
import { roles } from './checks/roles.mjs';
import { safety, schemas } from './checks/resources.mjs';
import { symbols } from './checks/symbols.mjs';
import { syntax } from './checks/syntax.mjs';
import { expandAll } from './scenarios.mjs';

export const checks = { syntax, symbols, modules, parameters, linter, schemas, safety, roles, names, code, manifests };

const needsDeployments = new Set(['schemas', 'safety', 'roles', 'names']);

/** Runs a check. What cannot be expanded is a finding of every check that needs the expansion. */
export function run(name, project) {
  let deployments;
  const failed = [];
  if (needsDeployments.has(name)) {
    try {
      deployments = project.deployments ??= expandAll(project);
    } catch (error) {
      deployments = [];
      failed.push({ file: 'infra/main.bicep', line: error.line ?? 1, message: `cannot be expanded: ${error.message}` });
    }
  }
  const seen = new Set();
  return [...failed, ...checks[name](project, deployments)].filter(({ file, line, message }) => {
    const key = `${file}:${line}: ${message}`;
    return !seen.has(key) && seen.add(key);
  });
}
