// What the compiler says of every template and parameter file. A warning is an error here: a rule that only warns whoever
// deploys, since the calendar alone breaks it, stops a change of this repository.

import { relative } from 'node:path';
import { allDeployments, deploymentOf } from '../deployment.mjs';
import { parameterFiles } from '../scenarios.mjs';

export const templates = { main: 'infra/main.bicep', container: 'infra/container/containerApp.bicep' };

const said = (project, { source, range, code, message }) => `${relative(project.copy, source)}:${range.start.line + 1}: ${code}: ${message}`;

/** { findings, main, container }: what the compiler minds, and the compiled templates. */
export async function compile(bicep, project, paths = [...Object.values(templates), ...parameterFiles]) {
  const findings = [];
  const compiled = {};
  for (const path of paths) {
    const whole = `${project.copy}/${path}`;
    const { diagnostics, contents } = await (parameterFiles.includes(path) ? bicep.compileParams(whole) : bicep.compile(whole));
    findings.push(...diagnostics.map((one) => said(project, one)));
    compiled[Object.keys(templates).find((name) => templates[name] === path)] = contents && JSON.parse(contents);
  }
  return { findings: [...new Set(findings)], ...compiled };
}

/** { findings, deployments }: every deployment that could be predicted, and why the others could not. */
export async function predict(bicep, project, names = allDeployments) {
  const findings = [];
  const deployments = [];
  for (const name of names) {
    try {
      const deployment = await deploymentOf(bicep, project, name);
      findings.push(...unevaluated(deployment));
      deployments.push(deployment);
    } catch (error) {
      findings.push(`${name} cannot be predicted: ${error.message}`);
    }
  }
  return { findings, deployments };
}

/** Names of resources that nobody can tell before the deployment, though they depend on nothing but the cloud at most: the compiler has lost its way in them. */
function unevaluated({ name, resources }) {
  return resources.filter((one) => one.name.startsWith('[') && !one.name.includes('environment()')).map((one) => `${name}: a ${one.type} is called ${one.name}`);
}

/** Files that the compiler would write another way. */
export async function format(bicep, project) {
  const findings = [];
  for (const path of project.bicep) {
    if (await bicep.format(`${project.copy}/${path}`) !== project.readText(path)) {
      findings.push(`${path}: is not formatted: bicep format ${path}`);
    }
  }
  return findings;
}
