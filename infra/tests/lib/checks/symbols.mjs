// Every name that is used is declared, and every name that is declared is used. Decorators describe what they stand on.

import { dirname, join, normalize } from 'node:path';
import { expression } from '../expression.mjs';
import { contextFunctions, functions } from '../functions.mjs';
import { lineOf, literal, parts, walk } from '../syntax.mjs';

const knownFunctions = new Set([...Object.keys(functions), ...contextFunctions]);

/** Calls back for each name and each called function in an expression, with the names of lambdas and loops taken out. */
function visit(at, local, onName, onCall) {
  const inner = (one, more = []) => visit(one, more.length > 0 ? new Set([...local, ...more]) : local, onName, onCall);
  switch (at?.kind) {
    case 'name':
      if (!local.has(at.name)) {
        onName(at.name, at.line);
      }
      break;
    case 'string': at.pieces.filter((one) => typeof one !== 'string').forEach((one) => inner(one)); break;
    case 'object': at.properties.forEach((one) => { inner(one.key); inner(one.value); }); break;
    case 'array': at.items.forEach((one) => inner(one)); break;
    case 'parentheses': inner(at.inner); break;
    case 'ternary': inner(at.condition); inner(at.consequence); inner(at.alternative); break;
    case 'unary': inner(at.argument); break;
    case 'binary': inner(at.left); inner(at.right); break;
    case 'lambda': inner(at.body, at.names); break;
    case 'member': inner(at.object); break;
    case 'subscript': inner(at.object); inner(at.index); break;
    case 'call':
      if (at.target.kind === 'name') {
        onCall(at.target.name, at.line);
      } else {
        inner(at.target);
      }
      at.values.forEach((one) => inner(one));
      break;
    case 'for': inner(at.list); inner(at.body, at.names); break;
    default: break;
  }
}

/** The expressions of a declaration, each with the names that its loop brings in. */
function* expressionsOf(declaration) {
  const loop = declaration.loop ? expression(declaration.loop) : undefined;
  const names = new Set([...(loop?.names ?? []), ...(declaration.parameters ?? [])]);
  if (loop) {
    yield [loop.list, new Set()];
  }
  for (const node of [declaration.condition, declaration.object, declaration.value, declaration.body].filter(Boolean)) {
    yield [expression(node), names];
  }
}

function insideDecorator(node) {
  return node !== null && (node.type === 'decorators' || insideDecorator(node.parent));
}

const primitive = new Set(['array', 'bool', 'int', 'object', 'string', 'secureString', 'secureObject', 'any']);

export function symbols(project) {
  const findings = [];
  for (const model of project.templates) {
    const report = (line, message) => findings.push({ file: model.path, line, message });
    const imported = new Map();
    for (const statement of model.imports) {
      const other = project.models.get(normalize(join(dirname(model.path), statement.from)));
      for (const name of statement.names) {
        const found = other?.vars.get(name) ?? other?.funcs.get(name) ?? other?.types.get(name);
        if (!found?.decorators.export) {
          report(statement.line, `${statement.from} exports no ${name}`);
        }
        imported.set(name, { line: statement.line });
      }
    }
    const values = new Map([...model.params, ...model.vars, ...model.resources, ...model.modules, ...imported]);
    const used = new Set();
    const all = [...model.params.values(), ...model.vars.values(), ...model.funcs.values(), ...model.resources.values(), ...model.modules.values(), ...model.outputs.values()];
    for (const declaration of all) {
      for (const [at, names] of expressionsOf(declaration)) {
        visit(at, names, (name, line) => {
          used.add(name);
          if (!values.has(name)) {
            report(line, `no ${name} is declared`);
          }
        }, (name, line) => {
          used.add(name);
          if (!knownFunctions.has(name) && !model.funcs.has(name) && !imported.has(name)) {
            report(line, `no function ${name} is known`);
          }
        });
      }
    }
    for (const typed of [...model.params.values(), ...model.outputs.values(), ...model.types.values()]) {
      const node = typed.type ?? typed.value;
      for (const one of walk(node)) {
        if (insideDecorator(one)) {
          continue;
        }
        if (['array', 'object', 'any'].includes(one.text) && ['identifier', 'primitive_type'].includes(one.type)) {
          report(lineOf(one), `${one.text} says nothing: name a type of your own`);
        }
        const key = one.parent?.type === 'object_property' && one.parent.child(0).id === one.id;
        if (one.type === 'identifier' && !key && one.text !== '*') {
          used.add(one.text);
          if (!primitive.has(one.text) && !model.types.has(one.text) && !imported.has(one.text)) {
            report(lineOf(one), `no type ${one.text} is known`);
          }
        }
      }
    }
    const optional = [...model.params.values(), ...model.vars.values(), ...model.types.values(), ...model.funcs.values()].filter((one) => !one.decorators.export);
    for (const one of [...optional, ...[...model.resources.values()].filter((resource) => resource.existing), ...[...imported].map(([name, statement]) => ({ name, ...statement }))]) {
      if (!used.has(one.name)) {
        report(one.line, `${one.name} is never used`);
      }
    }
    for (const one of [...model.params.values(), ...model.vars.values(), ...model.outputs.values(), ...model.types.values(), ...model.funcs.values()]) {
      if (!literal(one.decorators.description?.[0])?.trim()) {
        report(one.line, `${one.name} has no description`);
      }
    }
    for (const type of model.types.values()) {
      let described = false;
      for (const node of parts(type.value)) {
        if (node.type === 'object_property' && !described) {
          report(lineOf(node), `${type.name}.${node.child(0).text} has no description`);
        }
        described = node.type === 'decorators' && /@description\('./.test(node.text);
      }
    }
  }
  return findings;
}
