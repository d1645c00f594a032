// A Bicep file as its declarations.

import { after, lineOf, literal, parse, parts } from './syntax.mjs';

/** Decorators by name, each with its arguments. */
function decoratorsOf(node) {
  const found = {};
  for (const decorator of node ? parts(node) : []) {
    const call = parts(decorator)[0];
    found[call.childForFieldName('function').text.replace(/^sys\./, '')] = parts(call.childForFieldName('arguments'));
  }
  return found;
}

const nameOf = (node) => node.children.find((child) => child.type === 'identifier')?.text;

/** The body of a resource or a module: its object, its condition, its loop. */
function bodyOf(node) {
  let value = after(node, '=');
  const body = { loop: undefined, condition: undefined, object: undefined };
  if (value?.type === 'for_statement') {
    body.loop = value;
    value = value.childForFieldName('body');
  }
  if (value?.type === 'if_statement') {
    [body.condition, value] = parts(value);
  }
  body.object = value;
  return body;
}

/** The properties of an object node, by name; a name with an expression in it is left out. */
export function propertiesOf(object) {
  const found = new Map();
  for (const property of object ? parts(object).filter((one) => one.type === 'object_property') : []) {
    const key = property.child(0);
    const name = key.type === 'string' ? literal(key) : key.text.replace(/\?$/, '');
    const value = after(property, ':');
    if (name !== undefined) {
      found.set(name, { name, node: property, value, line: lineOf(property) });
    }
  }
  return found;
}

/** Reads a file into its declarations. */
export function readModel(text, path) {
  const root = parse(text, path);
  const model = {
    path, root, text, targetScope: 'resourceGroup',
    imports: [], params: new Map(), vars: new Map(), types: new Map(), funcs: new Map(),
    resources: new Map(), modules: new Map(), outputs: new Map(), using: undefined,
  };
  let pending;
  for (const node of parts(root)) {
    if (node.type === 'decorators') {
      pending = node;
      continue;
    }
    const decorators = decoratorsOf(pending);
    const base = { node, line: lineOf(node), decorators, decoratorsNode: pending };
    pending = undefined;
    const name = nameOf(node);
    switch (node.type) {
      case 'target_scope_assignment': model.targetScope = literal(after(node, '=')); break;
      case 'using_statement': model.using = literal(parts(node)[0]); break;
      case 'import_functionality': {
        const strings = parts(node).filter((one) => one.type === 'string');
        model.imports.push({ ...base, from: literal(strings.at(-1)), names: parts(node).filter((one) => one.type === 'identifier').map((one) => one.text) });
        break;
      }
      case 'parameter_declaration':
        model.params.set(name, { ...base, name, type: parts(node).find((one) => one.type === 'type'), value: after(node, '=') });
        break;
      case 'variable_declaration': model.vars.set(name, { ...base, name, value: after(node, '=') }); break;
      case 'type_declaration': model.types.set(name, { ...base, name, value: after(node, '=') }); break;
      case 'user_defined_function':
        model.funcs.set(name, {
          ...base, name, body: after(node, '=>'),
          parameters: parts(parts(node).find((one) => one.type === 'parameters')).map((one) => parts(one)[0].text),
        });
        break;
      case 'resource_declaration': {
        const [type, version] = literal(parts(node).find((one) => one.type === 'string')).split('@');
        model.resources.set(name, { ...base, name, type, version, existing: node.children.some((one) => one.type === 'existing'), ...bodyOf(node) });
        break;
      }
      case 'module_declaration':
        model.modules.set(name, { ...base, name, source: literal(parts(node).find((one) => one.type === 'string')), ...bodyOf(node) });
        break;
      case 'output_declaration':
        model.outputs.set(name, { ...base, name, type: parts(node).find((one) => one.type === 'type'), value: after(node, '=') });
        break;
      default: break;
    }
  }
  return model;
}
