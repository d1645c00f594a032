// The dashboard and the rules for Prometheus: each expression parses, by Prometheus' own grammar, and names no metric, no
// label and no outcome that the code does not report. Nothing here lists them.

import { parser } from '@prometheus-io/lezer-promql';
import { parse } from 'yaml';
import { headings } from '../headings.mjs';
import { label, measured, prometheusNames } from '../instruments.mjs';

const dashboard = 'infra/prometheus/dashboard.json';
const rules = 'infra/prometheus/alerts.yaml';

/** What Grafana puts in before it asks. */
const filled = (text) => text.replaceAll('$__rate_interval', '5m').replaceAll('$group', '.*');

/** Every expression: { at, text }. */
function expressions(project) {
  const { panels, templating } = JSON.parse(project.readText(dashboard));
  const variables = templating.list.flatMap((one) => (one.definition?.match(/^label_values\((\w+), (\w+)\)$/) ?? []).slice(1, 3)).reduce((metric, name) => `${metric}{${name}!=""}`, '');
  return [
    { at: `${dashboard}: variables`, text: variables.replace(/^\{(\w+)!=""\}/, '$1') },
    ...panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ at: `${dashboard}: ${title}`, text: filled(expr) }))),
    ...parse(project.readText(rules)).groups.flatMap((group) => group.rules.map(({ alert, expr }) => ({ at: `${rules}: ${alert}`, text: expr }))),
  ];
}

/** Every node of a kind, as text; { error } where the expression does not parse. */
function nodes(text) {
  const found = { metrics: [], labels: [], matchers: [], error: undefined };
  parser.parse(text).iterate({
    enter: (node) => {
      const here = text.slice(node.from, node.to);
      if (node.type.isError) {
        found.error ??= `at ${node.from}: ${text.slice(Math.max(0, node.from - 10), node.to + 20)}`;
      } else if (node.name === 'VectorSelector') {
        found.metrics.push(here.match(/^[a-zA-Z_:][\w:]*/)?.[0]);
      } else if (node.name === 'UnquotedLabelMatcher') {
        found.labels.push(here.match(/^\w+/)[0]);
        found.matchers.push(here);
      } else if (node.name === 'LabelName' && node.node.parent.name === 'GroupingLabels') {
        found.labels.push(here);
      }
    },
  });
  return found;
}

export function dashboards({ project }) {
  const { instruments, attributes, outcomes } = measured(project);
  const known = { metrics: new Set(instruments.flatMap(prometheusNames)), labels: new Set([...attributes.map(label), 'le']) };
  const findings = expressions(project).flatMap(({ at, text }) => {
    const { metrics, labels, matchers, error } = nodes(text);
    return [
      ...(error ? [`does not parse ${error}`] : []),
      ...(metrics.length === 0 ? ['asks for no metric'] : []),
      ...metrics.filter((one) => !known.metrics.has(one)).map((one) => `nobody reports ${one}`),
      ...labels.filter((one) => !known.labels.has(one)).map((one) => `nothing has the label ${one}`),
      ...matchers.map((one) => one.match(/^outcome="([^"]+)"$/)?.[1]).filter((one) => one && !outcomes.includes(one)).map((one) => `there is no outcome ${one}`),
    ].map((finding) => `${at}: ${finding}`);
  });
  const drawn = expressions(project).flatMap(({ text }) => nodes(text).metrics);
  const forgotten = instruments.filter((one) => !prometheusNames(one).some((name) => drawn.includes(name))).map((one) => `${dashboard}: ${one.name} is drawn nowhere`);
  return [...findings, ...forgotten, ...links(project)];
}

/** What the panels and the rules link to is there. */
function links(project) {
  const anchors = headings(project.readText('docs/operating.md'));
  const linked = [dashboard, rules].flatMap((path) => [...project.readText(path).matchAll(/docs\/operating\.md#([\w-]+)/g)].map((one) => ({ path, anchor: one[1] })));
  return [
    ...linked.filter(({ anchor }) => !anchors.has(anchor)).map(({ path, anchor }) => `${path}: docs/operating.md has no ${anchor}`),
    ...JSON.parse(project.readText(dashboard)).panels.filter((one) => !/docs\/operating\.md#/.test(one.description)).map((one) => `${dashboard}: ${one.title} does not say what to do`),
    ...parse(project.readText(rules)).groups.flatMap((group) => group.rules).filter((one) => !/^docs\/operating\.md#/.test(one.annotations.runbook)).map((one) => `${rules}: ${one.alert} does not say what to do`),
  ];
}
