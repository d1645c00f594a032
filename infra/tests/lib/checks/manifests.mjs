// Image, Kubernetes manifests, compose file, azd's file and the workflow: names, pins, and nothing that runs as root.

import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { appSettings, contract, hostSettings } from '../facts.mjs';

const groups = contract.consumers.map((one) => one.group);
const same = (a, b) => JSON.stringify([...a].sort()) === JSON.stringify([...b].sort());
const patternOf = (setting) => setting.split('__').map((part) => (/^\d+$/.test(part) ? 'n' : groups.includes(part) ? 'group' : part)).join('__');
const yaml = (project, path) => parseAllDocuments(project.readText(path)).map((document) => {
  if (document.errors.length > 0) {
    throw new Error(`${path}: ${document.errors[0].message}`);
  }
  return document.toJS();
});

function kubernetes(project) {
  const findings = [];
  const manifests = project.files(join('infra', 'kubernetes'), /\.yaml$/).flatMap((path) => yaml(project, path).map((one) => ({ path, ...one })));
  const of = (kind) => manifests.find((one) => one.kind === kind);
  const report = (one, message) => findings.push({ file: one.path, line: 1, message });
  for (const one of manifests.filter((each) => each.kind !== 'Namespace' && each.metadata.namespace !== of('Namespace').metadata.name)) {
    report(one, `${one.kind} ${one.metadata.name} is in another namespace`);
  }
  const scaled = of('ScaledObject');
  const kafka = scaled.spec.triggers.filter((one) => one.type === 'kafka');
  if (!same(kafka.map((one) => one.metadata.consumerGroup), groups)) {
    report(scaled, `it scales on ${kafka.map((one) => one.metadata.consumerGroup).join(', ')}`);
  }
  for (const trigger of kafka) {
    if (trigger.metadata.topic !== contract.topic || trigger.authenticationRef?.name !== of('TriggerAuthentication').metadata.name) {
      report(scaled, `the trigger of ${trigger.metadata.consumerGroup} has the topic ${trigger.metadata.topic} and the authentication ${trigger.authenticationRef?.name}`);
    }
  }
  if (scaled.spec.scaleTargetRef.name !== of('Deployment').metadata.name) {
    report(scaled, `it scales ${scaled.spec.scaleTargetRef.name}`);
  }
  for (const setting of Object.keys(of('ConfigMap').data).filter((one) => !appSettings.includes(patternOf(one)) && !hostSettings.includes(one))) {
    report(of('ConfigMap'), `nobody reads the setting ${setting}`);
  }
  const pod = of('Deployment').spec.template.spec;
  for (const container of pod.containers) {
    const context = container.securityContext ?? {};
    if (!context.runAsNonRoot || context.allowPrivilegeEscalation !== false || !context.readOnlyRootFilesystem || !context.capabilities?.drop?.includes('ALL')) {
      report(of('Deployment'), `${container.name} may do more than it needs`);
    }
    if (!container.resources?.limits?.memory || !container.resources?.requests?.cpu) {
      report(of('Deployment'), `${container.name} has no resources`);
    }
    if (!container.livenessProbe || !container.readinessProbe) {
      report(of('Deployment'), `${container.name} has no probes`);
    }
    if (!/:\d[\w.-]*$|@sha256:/.test(container.image)) {
      report(of('Deployment'), `${container.image} is not pinned`);
    }
  }
  if (manifests.some((one) => one.kind === 'Secret')) {
    report(manifests.find((one) => one.kind === 'Secret'), 'holds a secret');
  }
  return findings;
}

function compose(project) {
  const path = join('infra', 'local', 'compose.yaml');
  const [file] = yaml(project, path);
  return Object.entries(file.services).flatMap(([name, service]) => [
    ...(service.healthcheck?.test ? [] : ['has no health check']),
    ...(/:v?\d+\.\d+\.\d+$/.test(service.image) ? [] : [`${service.image} is not pinned`]),
    ...(service.ports ?? []).filter((port) => !port.startsWith('127.0.0.1:')).map((port) => `listens on ${port} outside this machine`),
  ].map((message) => ({ file: path, line: 1, message: `${name} ${message}` })));
}

function dockerfile(project) {
  const path = join('infra', 'container', 'Dockerfile');
  const text = project.readText(path);
  const bases = [...text.matchAll(/^FROM (\S+)/gm)].map((match) => match[1]);
  return [
    ...bases.filter((base) => !/:[\w.-]*\d/.test(base)).map((base) => `${base} is not pinned`),
    ...(bases.at(-1)?.startsWith('mcr.microsoft.com/azure-functions/dotnet-isolated:4-dotnet-isolated10.0') ? [] : ['is not on the official image']),
    ...(/^USER (?!root|0)\S+/m.test(text) ? [] : ['runs as root']),
    ...(/^HEALTHCHECK /m.test(text) ? [] : ['has no health check']),
    ...(text.includes('-p:KafkaSecurity=SaslSsl') ? [] : ['is published without TLS for the broker']),
  ].map((message) => ({ file: path, line: 1, message }));
}

function workflows(project) {
  return project.files(join('.github', 'workflows'), /\.ya?ml$/).flatMap((path) => {
    const [file] = yaml(project, path);
    const uses = Object.values(file.jobs).flatMap((job) => [job.uses, ...(job.steps ?? []).map((step) => step.uses)]).filter(Boolean);
    return [
      ...uses.filter((one) => !/@([0-9a-f]{40}|v\d+\.\d+\.\d+)$/.test(one)).map((one) => `${one} is not pinned`),
      ...(file.permissions && Object.keys(file.permissions).length <= 1 ? [] : ['begins with more rights than to read']),
      ...Object.entries(file.jobs).filter(([, job]) => !job['timeout-minutes']).map(([name]) => `${name} may run for ever`),
      ...Object.values(file.jobs).flatMap((job) => job.steps ?? []).filter((step) => /\$\{\{\s*github\.(event|head_ref)/.test(step.run ?? '')).map(() => 'puts what others wrote into a script'),
    ].map((message) => ({ file: path, line: 1, message }));
  });
}

function azd(project) {
  const [file] = yaml(project, 'azure.yaml');
  const services = Object.entries(file.services);
  const site = project.models.get(join('infra', 'main.bicep')).text.match(/'azd-service-name': '(\w+)'/)?.[1];
  return [
    ...(services.length === 1 && services[0][0] === site ? [] : [`the service is ${services.map(([name]) => name)}; the site is tagged ${site}`]),
    ...services.filter(([, service]) => service.host !== 'function' || !project.files('src', /\.csproj$/).some((one) => `./${one}`.startsWith(`${service.project}/`))).map(([name]) => `${name} is no Functions project`),
  ].map((message) => ({ file: 'azure.yaml', line: 1, message }));
}

export const manifests = (project) => [...kubernetes(project), ...compose(project), ...dockerfile(project), ...workflows(project), ...azd(project)];
