// The manifests: each of the shape that Kubernetes and KEDA ask for, named as agreed, and nothing in them that may do more
// than it needs.

import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject';
import { TriggerAuthentication } from '@kubernetes-models/keda/keda.sh/v1alpha1/TriggerAuthentication';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { Namespace } from 'kubernetes-models/v1/Namespace';
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount';
import { openRoutes } from '../code.mjs';
import { contract } from '../facts.mjs';
import { yaml } from '../yaml.mjs';
import { groups, isRead, same } from './names.mjs';

const kinds = { ConfigMap, Deployment, Namespace, NetworkPolicy, PodDisruptionBudget, ScaledObject, ServiceAccount, TriggerAuthentication };

export function kubernetes({ project }) {
  const manifests = project.files('infra/kubernetes', /\.yaml$/).flatMap((path) => yaml(project, path).map((body) => ({ path, body })));
  const of = (kind) => manifests.find(({ body }) => body.kind === kind).body;
  return [
    ...manifests.flatMap(({ path, body }) => [...shape(body), ...home(body, of('Namespace'))].map((finding) => `${path}: ${finding}`)),
    ...scaling(of).map((finding) => `infra/kubernetes/scaledobject.yaml: ${finding}`),
    ...probes(of, openRoutes(project)).map((finding) => `infra/kubernetes/deployment.yaml: ${finding}`),
    ...pod(of).map((finding) => `infra/kubernetes/deployment.yaml: ${finding}`),
    ...Object.keys(of('ConfigMap').data).filter((setting) => !isRead(setting)).map((setting) => `infra/kubernetes/configmap.yaml: nobody reads the setting ${setting}`),
  ];
}

function shape(body) {
  const Kind = kinds[body.kind];
  if (!Kind) {
    return [`a ${body.kind} is not expected here`];
  }
  try {
    new Kind(body).validate();
    return body.apiVersion === Kind.apiVersion ? [] : [`${body.kind} is of ${body.apiVersion}, not ${Kind.apiVersion}`];
  } catch (error) {
    return [error.message];
  }
}

const home = (body, namespace) => (body.kind === 'Namespace' || body.metadata.namespace === namespace.metadata.name ? [] : [`${body.kind} ${body.metadata.name} is in another namespace`]);

function scaling(of) {
  const { spec } = of('ScaledObject');
  const kafka = spec.triggers.filter((one) => one.type === 'kafka');
  const authentication = of('TriggerAuthentication').metadata.name;
  return [
    ...(same(kafka.map((one) => one.metadata.consumerGroup), groups) ? [] : [`it scales on ${kafka.map((one) => one.metadata.consumerGroup).join(', ')}`]),
    ...kafka.filter((one) => one.metadata.topic !== contract.topic).map((one) => `the trigger of ${one.metadata.consumerGroup} has the topic ${one.metadata.topic}`),
    ...kafka.filter((one) => one.authenticationRef?.name !== authentication).map((one) => `the trigger of ${one.metadata.consumerGroup} has the authentication ${one.authenticationRef?.name}`),
    ...(spec.scaleTargetRef.name === of('Deployment').metadata.name ? [] : [`it scales ${spec.scaleTargetRef.name}`]),
  ];
}

/** Each probe asks what the app answers without a key: a restart only where it may help, traffic only where the groups work. */
const askedBy = { startup: '/api/health/live', liveness: '/api/health/live', readiness: '/api/health/ready' };

const probes = (of, routes) => of('Deployment').spec.template.spec.containers.flatMap((container) => Object.entries(askedBy).flatMap(([name, path]) => {
  const asked = container[`${name}Probe`]?.httpGet?.path;
  return asked === path && routes.includes(path) ? [] : [`the ${name} probe asks ${asked}, not ${path}, of ${routes.join(', ')}`];
}));

function pod(of) {
  return of('Deployment').spec.template.spec.containers.flatMap((container) => {
    const context = container.securityContext ?? {};
    const small = context.runAsNonRoot && context.allowPrivilegeEscalation === false && context.readOnlyRootFilesystem && context.capabilities?.drop?.includes('ALL');
    return [
      ...(small ? [] : [`${container.name} may do more than it needs`]),
      ...(container.resources?.limits?.memory && container.resources?.requests?.cpu ? [] : [`${container.name} has no resources`]),
      ...(container.livenessProbe && container.readinessProbe ? [] : [`${container.name} has no probes`]),
      ...(/:\d[\w.-]*$|@sha256:/.test(container.image) ? [] : [`${container.image} is not pinned`]),
    ];
  });
}
