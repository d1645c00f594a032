// Every role id is in Azure's table, and nobody has a right too many or too few.

import { deployerRights, rights, roles as known } from '../facts.mjs';

const guid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const isGuid = new RegExp(`^${guid}$`);
const nameOf = new Map(Object.entries(known).map(([name, id]) => [id, name]));

export function roles({ project, deployments }) {
  return [...ids(project), ...deployments.flatMap((deployment) => given(deployment).map((finding) => `${deployment.name}: ${finding}`))];
}

/** A role stands under its own name. */
function ids(project) {
  const path = 'infra/roleIds.bicep';
  const text = project.readText(path);
  return [...text.matchAll(new RegExp(guid, 'g'))].flatMap((match) => {
    const label = text.slice(0, match.index).match(/(\w+): '$/)?.[1];
    return nameOf.get(match[0]) === label ? [] : [`${path}: ${label} is ${nameOf.get(match[0]) ?? 'no role of the table'}`];
  });
}

function given(deployment) {
  const findings = [];
  const found = new Map();
  for (const assignment of deployment.of('Microsoft.Authorization/roleAssignments')) {
    const [scope, inner] = assignment.id.split('/providers/Microsoft.Authorization/')[0].split('/providers/').slice(-2);
    const type = inner?.split('/').slice(0, 2).join('/');
    if (!type || !scope.includes('/resourceGroups/')) {
      findings.push('a role is given on the whole resource group');
      continue;
    }
    const principal = assignment.properties.principalId;
    const who = /userAssignedIdentities\/id-|identity-/.test(principal) ? 'the identity' : isGuid.test(principal) ? 'whoever deploys' : `somebody unknown (${principal})`;
    const role = nameOf.get(assignment.properties.roleDefinitionId.split('/').pop());
    const key = `${who} on ${inner.split('/').at(-1)}`;
    found.set(key, [...(found.get(key) ?? []), role]);
  }
  if (deployment.of('Microsoft.ManagedIdentity/userAssignedIdentities').length === 0) {
    return [...findings, ...[...found.keys()].map((key) => `${key} has a right`)];
  }
  const expected = new Map();
  const deployer = [...found.keys()].some((key) => key.startsWith('whoever'));
  for (const target of deployment.resources) {
    for (const [who, list] of [['the identity', rights], ...(deployer ? [['whoever deploys', deployerRights]] : [])]) {
      const right = list.find((one) => one.type === target.type && one.name.test(target.name));
      if (right) {
        expected.set(`${who} on ${target.name}`, right.roles);
      }
    }
  }
  for (const key of new Set([...expected.keys(), ...found.keys()])) {
    const [is, should] = [found, expected].map((map) => (map.get(key) ?? []).toSorted().join(', '));
    if (is !== should) {
      findings.push(`${key} is ${is || 'nothing'}, not ${should || 'nothing'}`);
    }
  }
  return findings;
}
