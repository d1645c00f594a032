// Parameters have bounds, and those that become options of the code have the code's.

import { optionOf } from '../code.mjs';
import { templates } from './compiled.mjs';

export const bounds = (view) => [...bounded(view), ...asInCode(view)];

function bounded(view) {
  return Object.entries(templates).flatMap(([name, path]) => Object.entries(view[name].parameters)
    .filter(([, one]) => one.type === 'int' && !one.allowedValues && (one.minValue === undefined || one.maxValue === undefined))
    .map(([parameter]) => `${path}: ${parameter} has no bounds`));
}

/** Parameters that become options of the code, each with the seconds (or pieces) in one of its units. */
const options = { buckets: ['Buckets', 1], keyRetentionDays: ['Retention', 86400], batchDeadlineSeconds: ['BatchDeadline', 1], outboxLeaseSeconds: ['OutboxLease', 1] };

/** Parameters stay within what the code takes, and their defaults are the code's. */
function asInCode(view) {
  return Object.entries(templates).flatMap(([template, path]) => Object.entries(options).flatMap(([name, [property, unit]]) => {
    const option = optionOf(view.project, property);
    const parameter = view[template].parameters[name];
    if (!option || !parameter) {
      return [`${path}: ${name} cannot be compared with the option ${property}`];
    }
    const [least, most, initial] = [parameter.minValue, parameter.maxValue, parameter.defaultValue].map((value) => value * unit);
    return [
      ...(least < option.least || most > option.most ? [`${path}: ${name} may be ${least} to ${most}; the code takes ${option.least} to ${option.most}`] : []),
      ...(initial !== option.default ? [`${path}: ${name} is ${initial} unless given; the code's default is ${option.default}`] : []),
    ];
  }));
}
