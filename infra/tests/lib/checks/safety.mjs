// No deployment leaves a door open, and none makes two resources of one name.

import { contract, hardening } from '../facts.mjs';

const at = (body, path) => path.split('.').reduce((value, name) => value?.[name], body);

export function safety({ deployments }) {
  return deployments.flatMap((deployment) => [
    ...twice(deployment), ...doors(deployment), ...network(deployment), ...brokerRights(deployment),
  ].map((finding) => `${deployment.name}: ${finding}`));
}

/** A resource whose condition nobody can tell before the deployment may be one that is made elsewhere. */
function twice({ resources }) {
  const made = resources.filter((one) => !one.condition).map((one) => one.id);
  return made.filter((id, i) => made.indexOf(id) !== i).map((id) => `${id} is made twice`);
}

function doors({ resources }) {
  return resources.flatMap((one) => Object.entries(hardening[one.type] ?? {})
    .filter(([path, allowed]) => !allowed.includes(at(one, path)))
    .map(([path, allowed]) => `${one.name}: ${path} is ${JSON.stringify(at(one, path))}, not ${allowed.join(' or ')}`));
}

function network(deployment) {
  const isPrivate = deployment.of('Microsoft.Network/privateEndpoints').length > 0;
  return deployment.resources
    .filter((one) => one.properties?.publicNetworkAccess !== undefined && isPrivate !== (one.properties.publicNetworkAccess === 'Disabled'))
    .map((one) => `${one.name} is ${isPrivate ? 'open to the public in a private network' : 'closed without a private endpoint'}`);
}

/** The triggers' key only listens, a group's key only sends; each to one topic, unless the keys are of the namespace. */
function brokerRights(deployment) {
  const ofTopics = deployment.of('Microsoft.EventHub/namespaces/eventhubs/authorizationRules');
  const ofNamespace = deployment.of('Microsoft.EventHub/namespaces/authorizationRules');
  const wrong = [
    ...ofTopics.filter((rule) => rule.properties.rights.join() !== (rule.names[1].endsWith('.dead-letters') ? 'Send' : 'Listen')),
    ...ofNamespace.filter((rule) => rule.properties.rights.join().toLowerCase() !== rule.names[1]),
  ];
  const expected = deployment.of('Microsoft.EventHub/namespaces').length === 0 ? 0 : ofNamespace.length > 0 ? 2 : 1 + contract.consumers.length;
  return [
    ...wrong.map((rule) => `the key ${rule.name} may ${rule.properties.rights.join(', ')}`),
    ...(ofTopics.length + ofNamespace.length === expected ? [] : [`there are ${ofTopics.length} keys of topics and ${ofNamespace.length} of the namespace`]),
  ];
}
