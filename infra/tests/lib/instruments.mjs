// What the library measures, read from its sources, and what it is called where Prometheus gets it over OTLP.

import { join } from 'node:path';

const source = join('src', 'FunctionsConsumers.EffectivelyOnce', 'Telemetry', 'GroupMetrics.cs');

/** { instruments: [{ kind, name, unit }], attributes, outcomes } as the code has them. */
export function measured(project) {
  const text = project.readText(source);
  const instruments = [...text.matchAll(/Create(Counter|Histogram|ObservableGauge)(?:<\w+>)?\(\s*"([^"]+)",(?:\s*\w+,)?\s*"([^"]+)"/g)].map(([, kind, name, unit]) => ({ kind, name, unit }));
  const attributes = [
    ...[...text.matchAll(/const string \w+ = "([^"]+)"/g)].map((one) => one[1]),
    ...[...text.matchAll(/(?:KeyValuePair<string, object\?> \w+ = new|new)\("([a-z_.]+)", /g)].map((one) => one[1]),
  ];
  const outcomes = [...text.matchAll(/Count\(outcome\.\w+, "([^"]+)"\)/g)].map((one) => one[1]);
  return { instruments, attributes, outcomes };
}

/** Units of the conventions that Prometheus' names carry; one in braces is a note, and is left out. */
const units = { s: 'seconds', ms: 'milliseconds', By: 'bytes', '1': 'ratio' };

/** The rule of "OTLP metric points to Prometheus": dots to underscores, the unit, and what the kind adds. */
export function prometheusNames({ kind, name, unit }) {
  const suffix = unit.startsWith('{') ? '' : `_${units[unit] ?? unit}`;
  const base = label(name).endsWith(suffix) ? label(name) : label(name) + suffix;
  return { Counter: [`${base}_total`], ObservableGauge: [base], Histogram: ['bucket', 'sum', 'count'].map((part) => `${base}_${part}`) }[kind];
}

/** An attribute as a label. */
export const label = (name) => name.replaceAll(/[^a-zA-Z0-9_]/g, '_');
