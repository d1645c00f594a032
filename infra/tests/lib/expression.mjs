// Expressions as plain objects. The grammar lets `.`, `[ ]` and `( )` bind looser than operators do (`a == b.c` comes
// out as `(a == b).c`); the language has it the other way round, and so has what is made here.

import { after, lineOf, parts, stringPieces } from './syntax.mjs';

const lastOperand = { binary: 'right', ternary: 'alternative', unary: 'argument', lambda: 'body' };
const known = new Map();

/** Puts a `.x`, `[x]` or `(x)` where it belongs: on the last operand. */
function bind(target, build) {
  const operand = lastOperand[target.kind];
  return operand ? { ...target, [operand]: bind(target[operand], build) } : build(target);
}

/** Items of an array. The grammar reads a call `f(x)` there as two items, `f` and `(x)`, with nothing between them. */
function arrayItems(node) {
  const items = [];
  let last;
  for (const item of parts(node)) {
    if (last && item.type === 'parenthesized_expression' && last.endIndex === item.startIndex) {
      const values = parts(item).map(expression);
      items.push(bind(items.pop(), (target) => ({ kind: 'call', line: target.line, text: target.text + item.text, target, values })));
    } else {
      items.push(expression(item));
    }
    last = item;
  }
  return items;
}

function convert(node) {
  const field = (name) => expression(node.childForFieldName(name));
  const base = { line: lineOf(node), text: node.text };
  switch (node.type) {
    case 'string': return { ...base, kind: 'string', pieces: stringPieces(node).map((one) => (typeof one === 'string' ? one : expression(one))) };
    case 'number': return { ...base, kind: 'value', value: Number(node.text) };
    case 'boolean': return { ...base, kind: 'value', value: node.text === 'true' };
    case 'null': return { ...base, kind: 'value', value: null };
    case 'identifier': return { ...base, kind: 'name', name: node.text };
    case 'object':
      return {
        ...base, kind: 'object',
        properties: parts(node).map((one) => ({
          key: one.child(0).type === 'string' ? expression(one.child(0)) : { kind: 'value', value: one.child(0).text },
          value: expression(after(one, ':')),
        })),
      };
    case 'array': return { ...base, kind: 'array', items: arrayItems(node) };
    case 'parenthesized_expression': return { ...base, kind: 'parentheses', inner: expression(parts(node)[0]) };
    case 'ternary_expression': return { ...base, kind: 'ternary', condition: field('condition'), consequence: field('consequence'), alternative: field('alternative') };
    case 'unary_expression': return { ...base, kind: 'unary', operator: node.childForFieldName('operator').text, argument: field('argument') };
    case 'binary_expression': return { ...base, kind: 'binary', operator: node.childForFieldName('operator').text, left: field('left'), right: field('right') };
    case 'lambda_expression': {
      const [head, body] = parts(node);
      const names = head.type === 'parenthesized_expression' ? parts(head).map((one) => one.text) : [head.text];
      return { ...base, kind: 'lambda', names, body: expression(body) };
    }
    case 'member_expression': {
      const safe = node.children.some((one) => one.type === '.?');
      const asserted = node.children.some((one) => one.type === '!');
      const name = node.childForFieldName('property').text;
      return bind(field('object'), (object) => ({ ...base, kind: 'member', object, name, safe, asserted }));
    }
    case 'subscript_expression': {
      const index = field('index');
      return bind(field('object'), (object) => ({ ...base, kind: 'subscript', object, index }));
    }
    case 'call_expression': {
      const values = parts(node.childForFieldName('arguments')).map(expression);
      return bind(field('function'), (target) => ({ ...base, kind: 'call', target, values }));
    }
    case 'for_statement': {
      const pair = parts(node).find((one) => one.type === 'for_loop_parameters');
      const body = node.childForFieldName('body');
      const single = node.childForFieldName('initializer');
      const list = parts(node).find((one) => one.type !== 'for_loop_parameters' && one.id !== body.id && one.id !== single?.id);
      return {
        ...base, kind: 'for', list: expression(list),
        names: pair ? parts(pair).map((one) => one.text) : [single.text],
        body: body.type === 'if_statement' ? undefined : expression(body),
      };
    }
    default: return { ...base, kind: 'unknown', type: node.type };
  }
}

/** The expression of a node. */
export function expression(node) {
  if (!known.has(node.id)) {
    known.set(node.id, { node, made: convert(node) });
  }
  const found = known.get(node.id);
  return found.node.text === node.text && found.node.startIndex === node.startIndex ? found.made : convert(node);
}
