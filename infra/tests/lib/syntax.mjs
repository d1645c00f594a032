// The parser of Bicep, and what is asked of its trees again and again.

import { createRequire } from 'node:module';
import { Language, Parser } from 'web-tree-sitter';

const require = createRequire(import.meta.url);
await Parser.init();
const parser = new Parser();
parser.setLanguage(await Language.load(require.resolve('tree-sitter-bicep/tree-sitter-bicep.wasm')));

/** The tree of a file. A parameters file has its `param name = value` read as a variable, which the grammar lacks. */
export function parse(text, path = '') {
  const source = path.endsWith('.bicepparam') ? text.replace(/^param (\w+) =/gm, 'var $1   =') : text;
  return parser.parse(source).rootNode;
}

export const lineOf = (node) => node.startPosition.row + 1;

/** Children that mean something: no comments. */
export const parts = (node) => node.namedChildren.filter((child) => child.type !== 'comment' && child.type !== 'diagnostic_comment');

/** The child after an anonymous token, such as the value after `=`. */
export function after(node, token) {
  const children = node.children.filter((child) => child.type !== 'comment');
  const at = children.findIndex((child) => child.type === token);
  return at < 0 ? undefined : children[at + 1];
}

export function* walk(node) {
  yield node;
  for (const child of node.children) {
    yield* walk(child);
  }
}

/** Places that the grammar does not know. */
export function syntaxErrors(root) {
  const errors = [];
  for (const node of walk(root)) {
    if (node.type === 'ERROR' || node.isMissing) {
      errors.push({ line: lineOf(node), text: node.text.slice(0, 60) });
    }
  }
  return errors;
}

const escapes = { n: '\n', r: '\r', t: '\t' };

function unescape(text) {
  return text.replace(/\\(u\{([0-9a-fA-F]+)\}|.)/g, (_, sign, code) =>
    code ? String.fromCodePoint(parseInt(code, 16)) : (escapes[sign] ?? sign));
}

/** A string's pieces: text, and the expressions between them. */
export function stringPieces(node) {
  const multiline = node.text.startsWith("'''");
  const quote = multiline ? 3 : 1;
  const pieces = [];
  let at = node.startIndex + quote;
  const source = (from, to) => node.text.slice(from - node.startIndex, to - node.startIndex);
  const push = (from, to) => {
    if (to > from) {
      pieces.push(multiline ? source(from, to).replace(/^\r?\n/, '') : unescape(source(from, to)));
    }
  };
  for (const child of node.namedChildren.filter((one) => one.type === 'interpolation')) {
    push(at, child.startIndex);
    pieces.push(parts(child)[0]);
    at = child.endIndex;
  }
  push(at, node.endIndex - quote);
  return pieces;
}

/** A string without expressions in it; undefined for any other node. */
export function literal(node) {
  if (node?.type !== 'string') {
    return undefined;
  }
  const pieces = stringPieces(node);
  return pieces.every((piece) => typeof piece === 'string') ? pieces.join('') : undefined;
}
