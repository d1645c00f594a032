// All checks by name. Each gives findings, one line each, and takes what it needs:
//   onFiles        { project }
//   onTemplates    { project, main, container }, the compiled templates
//   onDeployments  { project, deployments }, as the compiler predicts them

import { bounds } from './checks/bounds.mjs';
import { containers } from './checks/containers.mjs';
import { dashboards } from './checks/dashboards.mjs';
import { kubernetes } from './checks/kubernetes.mjs';
import { code, names } from './checks/names.mjs';
import { pipelines } from './checks/pipelines.mjs';
import { queries } from './checks/queries.mjs';
import { roles } from './checks/roles.mjs';
import { safety } from './checks/safety.mjs';
import { secrets } from './checks/secrets.mjs';

export const onFiles = { code, containers, dashboards, kubernetes, pipelines };

export const onTemplates = { bounds, secrets };

export const onDeployments = { names, queries, roles, safety };
