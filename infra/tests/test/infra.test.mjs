import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../lib/check.mjs';
import { lines, repository } from './repository.mjs';

const sentences = {
  syntax: 'Every Bicep file parses',
  symbols: 'Every name is declared, used and described',
  modules: 'Every module gets the parameters it needs and no others',
  parameters: 'Parameters have bounds, secrets stay in, and the parameter files give allowed values',
  linter: 'Every rule of the linter is an error',
  schemas: 'Every resource type and property is known to its schema',
  safety: 'No deployment leaves a door open',
  roles: 'Every role is in the table and the identity has no right too many',
  names: 'Topics, groups, tables, settings and metrics are those of the contract',
  code: 'The functions in the code read the topic, the groups and the settings of the contract',
  manifests: 'Image, manifests, compose file and workflow are pinned, named and locked as agreed',
};

for (const [name, sentence] of Object.entries(sentences)) {
  test(sentence, () => assert.deepEqual(lines(run(name, repository)), []));
}
