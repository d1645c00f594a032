// Every role id is in Azure's table, and the identity has the rights it needs and no others.

import { rights, roles as known } from '../facts.mjs';
import { Runtime } from '../functions.mjs';

const guid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

export function roles(project, deployments) {
  const findings = [];
  const nameOf = new Map(Object.entries(known).map(([name, id]) => [id, name]));
  for (const model of project.templates) {
    for (const match of model.text.matchAll(guid)) {
      const line = model.text.slice(0, match.index).split('\n').length;
      const label = model.text.slice(0, match.index).match(/(\w+): '$/)?.[1];
      if (!nameOf.has(match[0])) {
        findings.push({ file: model.path, line, message: `${match[0]} is no role of the table` });
      } else if (nameOf.get(match[0]) !== label) {
        findings.push({ file: model.path, line, message: `${match[0]} is ${nameOf.get(match[0])}, not ${label}` });
      }
    }
  }
  for (const { name: deployment, resources } of deployments) {
    const assignments = resources.filter((one) => one.type === 'Microsoft.Authorization/roleAssignments');
    if (assignments.length === 0) {
      continue;
    }
    const given = new Map();
    for (const assignment of assignments) {
      const report = (message) => findings.push({ file: assignment.file, line: assignment.line, message: `${deployment}: ${message}` });
      const { properties, scope } = assignment.body;
      if (!scope) {
        report('a role is given on the whole resource group');
        continue;
      }
      if (!(properties.principalId instanceof Runtime)) {
        report('a role is given to somebody else than the identity');
      }
      const role = nameOf.get(properties.roleDefinitionId.split('/').pop());
      const key = `${scope.type} ${scope.name}`;
      given.set(key, { resource: scope, line: assignment.line, file: assignment.file, roles: [...(given.get(key)?.roles ?? []), role] });
    }
    const targets = resources.filter((one) => !one.existing && rights.some((right) => right.type === one.type));
    for (const target of targets) {
      const expected = rights.find((right) => right.type === target.type && right.name.test(target.name)).roles;
      const found = given.get(`${target.type} ${target.name}`)?.roles ?? [];
      if ([...expected].sort().join() !== [...found].sort().join()) {
        findings.push({ file: target.file, line: target.line, message: `${deployment}: on ${target.name} the identity is ${found.join(', ') || 'nothing'}, not ${expected.join(', ')}` });
      }
    }
  }
  return findings;
}
