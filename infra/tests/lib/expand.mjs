// What a deployment would make: every module entered, every loop run, every condition decided.

import { dirname, join, normalize } from 'node:path';
import { propertiesOf } from './model.mjs';
import { evaluate, EvaluationError, Lazy, passes, Scope } from './evaluate.mjs';
import { interleave, Runtime } from './functions.mjs';

const group = (name) => `/subscriptions/subscription/resourceGroups/${name}`;

/** A resource as other expressions see it. */
class Resource {
  constructor(declaration, body, resourceGroup, file) {
    Object.assign(this, { symbol: declaration.name, type: declaration.type, version: declaration.version, existing: declaration.existing, line: declaration.line, file, body });
    this.names = [...(body.parent?.names ?? []), body.name];
    this.name = this.names.join('/');
    this.id = this.type === 'Microsoft.Resources/resourceGroups' ? group(body.name) : `${group(resourceGroup)}/providers/${interleave(this.type, this.names)}`;
  }

  member(name) {
    switch (name) {
      case 'id': return this.id;
      case 'name': return this.body.name;
      default: return new Runtime(`${this.symbol}.${name}`);
    }
  }

  call(name) {
    return new Runtime(`${this.symbol}.${name}()`);
  }
}

/** A module as other expressions see it: its outputs. */
class Module {
  constructor(result) {
    this.result = result;
  }

  member(name, node) {
    if (name !== 'outputs') {
      throw new EvaluationError(node, `a module has outputs, not ${name}`);
    }
    return this.result.outputs;
  }
}

class Outputs {
  constructor(model, scope) {
    Object.assign(this, { model, scope });
  }

  member(name, node) {
    const output = this.model.outputs.get(name);
    if (!output) {
      throw new EvaluationError(node, `${this.model.path} has no output ${name}`);
    }
    return evaluate(output.value, this.scope);
  }
}

/** Runs a declaration's loop and condition; `make` gets each pass's scope. */
function instances(declaration, scope, make) {
  const one = (inner) => (declaration.condition && !evaluate(declaration.condition, inner) ? null : make(inner));
  return declaration.loop ? passes(declaration.loop, scope).map(one) : one(scope);
}

function userFunction(declaration, scope) {
  return (...values) => evaluate(declaration.body, new Scope(scope, Object.fromEntries(declaration.parameters.map((name, i) => [name, values[i]]))));
}

/** The names that a file takes from another. */
function importInto(scope, project, model) {
  for (const statement of model.imports) {
    const other = project.models.get(normalize(join(dirname(model.path), statement.from)));
    const theirs = other && baseScope(project, other);
    for (const name of statement.names) {
      if (other?.vars.has(name)) {
        scope.values.set(name, new Lazy(() => theirs.get(name)));
      } else if (other?.funcs.has(name)) {
        scope.functions.set(name, theirs.function(name));
      }
    }
  }
}

function baseScope(project, model, resourceGroup) {
  const scope = new Scope();
  scope.functions = new Map([
    ['loadTextContent', (path) => project.readText(normalize(join(dirname(model.path), path)))],
    ['resourceGroup', () => ({ id: group(resourceGroup), location: 'region' })],
    ['resourceId', (type, ...names) => `${group(resourceGroup)}/providers/${interleave(type, names)}`],
  ]);
  for (const [name, declaration] of model.funcs) {
    scope.functions.set(name, userFunction(declaration, scope));
  }
  for (const [name, declaration] of model.vars) {
    scope.values.set(name, new Lazy(() => evaluate(declaration.value, scope)));
  }
  importInto(scope, project, model);
  return scope;
}

/**
 * Expands a file.
 * @returns {{resources: Resource[], outputs: Outputs, scope: Scope}} everything made, below modules too
 */
export function expand(project, path, parameters = {}, resourceGroup = 'group', into = []) {
  const model = project.models.get(path);
  const scope = baseScope(project, model, resourceGroup);
  for (const [name, declaration] of model.params) {
    scope.values.set(name, new Lazy(() => {
      if (name in parameters) {
        return parameters[name];
      }
      if (!declaration.value) {
        throw new EvaluationError(declaration.node, `${path}: parameter ${name} is not given`);
      }
      return evaluate(declaration.value, scope);
    }));
  }
  for (const [name, declaration] of model.resources) {
    scope.values.set(name, new Lazy(() => instances(declaration, scope, (inner) => {
      const body = evaluate(declaration.object, inner);
      const made = new Resource(declaration, body, resourceGroup, path);
      into.push(made);
      return made;
    })));
  }
  for (const [name, declaration] of model.modules) {
    scope.values.set(name, new Lazy(() => instances(declaration, scope, (inner) => {
      const properties = propertiesOf(declaration.object);
      const target = properties.has('scope') ? evaluate(properties.get('scope').value, inner).body.name : resourceGroup;
      const given = properties.has('params') ? evaluate(properties.get('params').value, inner) : {};
      return new Module(expand(project, normalize(join(dirname(path), declaration.source)), given, target, into));
    })));
  }
  // dependsOn and the like name symbols that must exist, so everything is asked for once.
  for (const name of [...model.resources.keys(), ...model.modules.keys()]) {
    scope.get(name);
  }
  return { resources: into, outputs: new Outputs(model, scope), scope, model };
}

/** The values of a parameters file. */
export function parametersOf(project, path) {
  const model = project.models.get(path);
  const scope = baseScope(project, model);
  return Object.fromEntries([...model.vars.keys()].map((name) => [name, scope.get(name)]));
}
