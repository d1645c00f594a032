// One deployment as the compiler predicts it.

import { containerScenarios, mainParameters, parameterFile, parameterFiles, scenarios } from './scenarios.mjs';

const subscription = '11111111-1111-1111-1111-111111111111';
const metadata = { subscriptionId: subscription, tenantId: null, location: 'westeurope', deploymentName: 'test', resourceGroup: null };

export class Deployment {
  constructor(name, resources) {
    this.name = name;
    this.resources = resources.map((resource) => ({ ...resource, names: resource.name.split('/') }));
  }

  of(type) {
    return this.resources.filter((resource) => resource.type === type);
  }

  /** The settings of the app, however it is hosted: name to text. */
  get settings() {
    const site = this.of('Microsoft.Web/sites/config').find((one) => one.name.endsWith('/appsettings'));
    const [app] = this.of('Microsoft.App/containerApps');
    return site?.properties ?? Object.fromEntries(app.properties.template.containers[0].env.map((each) => [each.name, each.value ?? each.secretRef]));
  }
}

/** The deployment of that name: a scenario, a container scenario or a parameter file. */
export async function deploymentOf(bicep, project, name) {
  if (parameterFiles.includes(name)) {
    project.copy;
    return new Deployment(name, (await bicep.snapshot(project.write(name, project.readText(name)), metadata)).predictedResources);
  }
  const inContainer = name in containerScenarios;
  const text = inContainer ? parameterFile('container/containerApp.bicep', containerScenarios[name]) : mainParameters(scenarios[name]);
  return deploymentWith(bicep, project, name, text, inContainer ? { ...metadata, resourceGroup: 'rg-orders' } : metadata);
}

/** A deployment with the text of a parameter file of its own. */
export async function deploymentWith(bicep, project, name, text, scope = metadata) {
  const path = project.write(`infra/${name.replaceAll(/\W+/g, '-')}.scenario.bicepparam`, text);
  return new Deployment(name, (await bicep.snapshot(path, scope)).predictedResources);
}

export const allDeployments = [...Object.keys(scenarios), ...parameterFiles, ...Object.keys(containerScenarios)];
