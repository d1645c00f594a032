// Every file parses.

import { syntaxErrors } from '../syntax.mjs';

export function syntax(project) {
  return [...project.models.values()].flatMap((model) =>
    syntaxErrors(model.root).map((error) => ({ file: model.path, line: error.line, message: `does not parse near \`${error.text.split('\n')[0]}\`` })));
}
