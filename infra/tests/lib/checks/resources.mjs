// Every resource that any deployment makes: its type and version, its properties, its name, what it must not allow.

import { contract, hardening } from '../facts.mjs';
import { disagreements, readSchemas } from '../schemas.mjs';

const at = (body, path) => path.split('.').reduce((value, name) => value?.[name], body);

/** Types and properties are those of the extracts, at the API version of the extract. */
export function schemas(project, deployments, known = readSchemas()) {
  const findings = [];
  for (const { resources } of deployments) {
    for (const resource of resources) {
      const report = (message) => findings.push({ file: resource.file, line: resource.line, message });
      const extract = known.get(resource.type.toLowerCase());
      if (!extract) {
        report(`resource type ${resource.type} is not known`);
      } else if (extract.type !== resource.type) {
        report(`resource type ${resource.type} is written ${extract.type}`);
      } else if (extract.apiVersion !== resource.version) {
        report(`${resource.type}: the extract is for ${extract.apiVersion}, not ${resource.version}`);
      } else if (!resource.existing) {
        for (const { path, message } of disagreements(resource.body, extract.schema)) {
          report(`${resource.symbol} (${resource.type}): ${path} ${message}`);
        }
      }
    }
  }
  return findings;
}

/** No deployment makes two resources of one name, and none leaves a door open. */
export function safety(project, deployments) {
  const findings = [];
  for (const { name: deployment, resources } of deployments) {
    const seen = new Set();
    for (const resource of resources.filter((one) => !one.existing)) {
      const report = (message) => findings.push({ file: resource.file, line: resource.line, message });
      const key = `${resource.type} ${resource.body.scope?.id ?? ''} ${resource.name}`;
      if (seen.has(key)) {
        report(`${deployment}: ${resource.type} ${resource.name} is made twice`);
      }
      seen.add(key);
      for (const [path, allowed] of Object.entries(hardening[resource.type] ?? {})) {
        if (!allowed.includes(at(resource.body, path))) {
          report(`${resource.symbol}: ${path} is ${JSON.stringify(at(resource.body, path))}, not ${allowed.join(' or ')}`);
        }
      }
    }
    const isPrivate = resources.some((one) => one.type === 'Microsoft.Network/privateEndpoints');
    for (const resource of resources.filter((one) => !one.existing && at(one.body, 'properties.publicNetworkAccess') !== undefined)) {
      if (isPrivate !== (at(resource.body, 'properties.publicNetworkAccess') === 'Disabled')) {
        findings.push({ file: resource.file, line: resource.line, message: `${deployment}: ${resource.symbol} is ${isPrivate ? 'open to the public in a private network' : 'closed without a private endpoint'}` });
      }
    }
    findings.push(...brokerRights(deployment, resources));
  }
  return findings;
}

/** The trigger's key only listens to orders; a group's key only sends to its dead-letter topic. */
function brokerRights(deployment, resources) {
  const rules = resources.filter((one) => one.type === 'Microsoft.EventHub/namespaces/eventhubs/authorizationRules');
  return rules.filter((rule) => {
    const topic = rule.names[1];
    const expected = topic.endsWith('.dead-letters') ? 'Send' : 'Listen';
    return rule.body.properties.rights.join() !== expected;
  }).map((rule) => ({ file: rule.file, line: rule.line, message: `${deployment}: the key on ${rule.names[1]} may ${rule.body.properties.rights.join(', ')}` }));
}

/** How many topics and keys a deployment with Event Hubs makes. */
export const expectedTopics = (topic) => [topic, ...contract.consumers.map(({ group }) => contract.deadLetterTopic(topic, group))];
