// No template, and no module in it, gives a secret out.

import { templates } from './compiled.mjs';

export const secrets = (view) => Object.entries(templates).flatMap(([name, path]) => [...given(view[name], path)]);

function* given(template, path) {
  const secure = Object.entries(template.parameters ?? {}).filter(([, one]) => /^secure/i.test(one.type)).map(([name]) => `parameters('${name}')`);
  for (const [name, { value }] of Object.entries(template.outputs ?? {})) {
    const text = JSON.stringify(value ?? '');
    if (/\blist[A-Z]\w*\(/.test(text) || secure.some((one) => text.includes(one))) {
      yield `${path}: the output ${name} gives a secret away`;
    }
  }
  for (const [name, resource] of Object.entries(template.resources ?? {})) {
    if (resource.type === 'Microsoft.Resources/deployments') {
      yield* given(resource.properties.template, `${path}, module ${name}`);
    }
  }
}
