// The repository as it is has no findings.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onDeployments, onFiles, onTemplates } from '../lib/check.mjs';
import { compile, format, predict } from '../lib/checks/compiled.mjs';
import { bicep, compilerTest, repository } from './here.mjs';

const ofFiles = {
  code: 'The functions in the code read the topic, the groups and the settings of the contract',
  containers: 'Image and compose file are pinned, watched and closed',
  dashboards: 'The dashboard and the rules for Prometheus parse, name only what the code reports, and say where to read on',
  kubernetes: 'The manifests are of the shapes of Kubernetes and KEDA, and named as agreed',
  pipelines: 'The workflows are sound, pinned and small in their rights, and azd finds its service',
};

const ofTemplates = {
  bounds: 'Every whole number that a template takes has bounds, and those of an option of the code',
  secrets: 'No output gives a secret away',
};

const ofDeployments = {
  names: 'Topics, groups, tables and settings are those of the contract',
  queries: 'Queries are sound and name only what the code reports, and alerts only what Azure measures, each with what to do',
  roles: 'Every role is in the table, and nobody has a right too many or too few',
  safety: 'No deployment leaves a door open',
};

for (const [name, sentence] of Object.entries(ofFiles)) {
  test(sentence, async () => assert.deepEqual(await onFiles[name]({ project: repository }), []));
}

const compiled = bicep && compile(bicep, repository);
const predicted = compiled?.then(() => predict(bicep, repository));

compilerTest('Every template and parameter file compiles without a warning', async () => assert.deepEqual((await compiled).findings, []));

compilerTest('Every template and parameter file is formatted', async () => assert.deepEqual(await format(bicep, repository), []));

compilerTest('Every deployment can be predicted to the last name', async () => assert.deepEqual((await predicted).findings, []));

for (const [name, sentence] of Object.entries(ofTemplates)) {
  compilerTest(sentence, async () => assert.deepEqual(onTemplates[name]({ project: repository, ...await compiled }), []));
}

for (const [name, sentence] of Object.entries(ofDeployments)) {
  compilerTest(sentence, async () => assert.deepEqual(onDeployments[name]({ project: repository, ...await predicted }), []));
}
