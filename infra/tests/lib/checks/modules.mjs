// Every module is a local file; what it needs is given, what is given it takes, and its outputs are there.

import { dirname, join, normalize } from 'node:path';
import { expression } from '../expression.mjs';
import { propertiesOf } from '../model.mjs';

/** All objects of an expression tree. */
function* nodes(at) {
  if (at && typeof at === 'object') {
    if (at.kind) {
      yield at;
    }
    for (const [key, value] of Object.entries(at)) {
      if (key !== 'text') {
        yield* Array.isArray(value) ? value.flatMap((one) => [...nodes(one)]) : nodes(value);
      }
    }
  }
}

export function modules(project) {
  const findings = [];
  for (const model of project.templates) {
    const report = (line, message) => findings.push({ file: model.path, line, message });
    const sources = new Map();
    for (const module of model.modules.values()) {
      if (!/^[^:]+\.bicep$/.test(module.source)) {
        report(module.line, `module ${module.name} is not a local file: ${module.source}`);
        continue;
      }
      const source = project.models.get(normalize(join(dirname(model.path), module.source)));
      if (!source) {
        report(module.line, `module ${module.name}: no file ${module.source}`);
        continue;
      }
      sources.set(module.name, { source, conditional: Boolean(module.condition) });
      const properties = propertiesOf(module.object);
      for (const { name, line } of properties.values()) {
        if (!['scope', 'params', 'dependsOn'].includes(name)) {
          report(line, `module ${module.name}: ${name} does not belong there`);
        }
      }
      if (model.targetScope === 'subscription' && source.targetScope === 'resourceGroup' && !properties.has('scope')) {
        report(module.line, `module ${module.name} needs a scope`);
      }
      const given = propertiesOf(properties.get('params')?.value);
      for (const { name, line } of given.values()) {
        if (!source.params.has(name)) {
          report(line, `module ${module.name}: ${source.path} takes no ${name}`);
        }
      }
      for (const parameter of source.params.values()) {
        if (!parameter.value && !given.has(parameter.name)) {
          report(module.line, `module ${module.name}: ${parameter.name} is not given`);
        }
      }
    }
    for (const declaration of [...model.vars.values(), ...model.resources.values(), ...model.modules.values(), ...model.outputs.values()]) {
      for (const at of nodes(expression(declaration.object ?? declaration.value))) {
        const outputs = at.kind === 'member' ? at.object : undefined;
        const target = outputs?.kind === 'member' && outputs.name === 'outputs' && outputs.object.kind === 'name' ? sources.get(outputs.object.name) : undefined;
        if (target && !target.source.outputs.has(at.name)) {
          report(at.line, `${target.source.path} has no output ${at.name}`);
        }
        if (target?.conditional && !outputs.asserted && !outputs.safe) {
          report(at.line, `${outputs.object.name} may not be there: write ${outputs.object.name}! under its condition`);
        }
      }
    }
  }
  return findings;
}
