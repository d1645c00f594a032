// What a Bicep expression comes to.

import { expression } from './expression.mjs';
import { functions, Runtime } from './functions.mjs';

/** An expression that has no value. */
export class EvaluationError extends Error {
  constructor(at, message) {
    super(message);
    this.line = at.line;
  }
}

/** A value that is worked out when it is first asked for. */
export class Lazy {
  constructor(compute) {
    this.compute = compute;
  }

  value() {
    if (this.compute) {
      const compute = this.compute;
      this.compute = () => {
        throw new Error('a value that depends on itself');
      };
      this.result = compute();
      this.compute = undefined;
    }
    return this.result;
  }
}

/** Names in scope, one scope inside the other. */
export class Scope {
  constructor(outer, values = {}) {
    this.outer = outer;
    this.values = new Map(Object.entries(values));
  }

  has(name) {
    return this.values.has(name) || (this.outer?.has(name) ?? false);
  }

  get(name) {
    if (!this.values.has(name)) {
      return this.outer.get(name);
    }
    const value = this.values.get(name);
    return value instanceof Lazy ? value.value() : value;
  }

  function(name) {
    return this.functions?.get(name) ?? this.outer?.function(name);
  }
}

const asText = (value) => (value instanceof Runtime ? value.toString() : value !== null && typeof value === 'object' ? JSON.stringify(value) : String(value));

const operators = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => Math.trunc(a / b),
  '%': (a, b) => a % b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

function member(at, target, name, safe) {
  if (target === null || target === undefined) {
    if (safe) {
      return null;
    }
    throw new EvaluationError(at, `${at.text.split('\n')[0]}: nothing is there to take .${name} of`);
  }
  if (target instanceof Runtime) {
    return new Runtime(`${target.path}.${name}`);
  }
  if (typeof target.member === 'function') {
    return target.member(name, at);
  }
  if (typeof target !== 'object' || !(name in target)) {
    if (safe) {
      return null;
    }
    throw new EvaluationError(at, `${at.text.split('\n')[0]}: has no ${name}`);
  }
  return target[name];
}

function call(at, scope) {
  const values = at.values.map((one) => run(one, scope));
  if (at.target.kind === 'member') {
    const object = run(at.target.object, scope);
    if (typeof object?.call === 'function') {
      return object.call(at.target.name);
    }
    throw new EvaluationError(at, `${at.target.text}: not a function`);
  }
  const found = scope.function(at.target.name) ?? functions[at.target.name];
  if (!found) {
    throw new EvaluationError(at, `no function ${at.target.name}`);
  }
  try {
    return found(...values);
  } catch (error) {
    throw error instanceof EvaluationError ? error : new EvaluationError(at, `${at.target.name}: ${error.message}`);
  }
}

function loop(at, scope) {
  const list = run(at.list, scope);
  const [item, index] = at.names;
  return list.map((value, i) => new Scope(scope, index ? { [item]: value, [index]: i } : { [item]: value }));
}

function run(at, scope) {
  switch (at.kind) {
    case 'value': return at.value;
    case 'string': return at.pieces.map((one) => (typeof one === 'string' ? one : asText(run(one, scope)))).join('');
    case 'name':
      if (!scope.has(at.name)) {
        throw new EvaluationError(at, `no ${at.name} is declared`);
      }
      return scope.get(at.name);
    case 'object': return Object.fromEntries(at.properties.map((one) => [run(one.key, scope), run(one.value, scope)]));
    case 'array': return at.items.map((one) => run(one, scope));
    case 'parentheses': return run(at.inner, scope);
    case 'ternary': return run(run(at.condition, scope) ? at.consequence : at.alternative, scope);
    case 'unary': return at.operator === '!' ? !run(at.argument, scope) : -run(at.argument, scope);
    case 'binary':
      switch (at.operator) {
        case '&&': return run(at.left, scope) && run(at.right, scope);
        case '||': return run(at.left, scope) || run(at.right, scope);
        case '??': return run(at.left, scope) ?? run(at.right, scope);
        default: return operators[at.operator](run(at.left, scope), run(at.right, scope));
      }
    case 'member': return member(at, run(at.object, scope), at.name, at.safe);
    case 'subscript': {
      const target = run(at.object, scope);
      const index = run(at.index, scope);
      return Array.isArray(target) ? target[index] : member(at, target, index, false);
    }
    case 'lambda': return (...values) => run(at.body, new Scope(scope, Object.fromEntries(at.names.map((name, i) => [name, values[i]]))));
    case 'call': return call(at, scope);
    case 'for': return loop(at, scope).map((inner) => run(at.body, inner));
    default: throw new EvaluationError(at, `an expression of a kind not known here: ${at.type}`);
  }
}

/** The value of a node's expression. */
export const evaluate = (node, scope) => run(expression(node), scope);

/** Each pass of a loop: the scope with its variables, in order. */
export const passes = (node, scope) => loop(expression(node), scope);
