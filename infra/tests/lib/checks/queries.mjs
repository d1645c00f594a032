// Queries parse, name columns that their tables have, give the columns that the alerts compare, and name no metric, no
// attribute, no value and no words of the log that the code does not say. All of these come from the sources; nothing here
// lists them.

import { createRequire } from 'node:module';
import { platformMetrics } from '../facts.mjs';
import { headings } from '../headings.mjs';

const require = createRequire(import.meta.url);
require('@kusto/language-service-next/bridge.min.js');
require('@kusto/language-service-next/Kusto.Language.Bridge.min.js');
const { Language } = globalThis.Kusto;

/** Columns of the tables of Application Insights in a workspace, as far as the queries use them (Azure Monitor's reference of tables). */
const tables = {
  AppMetrics: '(TimeGenerated: datetime, Name: string, Sum: real, Min: real, Max: real, ItemCount: int, Properties: dynamic, AppRoleName: string, AppRoleInstance: string)',
  AppRequests: '(TimeGenerated: datetime, Name: string, OperationName: string, Success: bool, ResultCode: string, DurationMs: real, ItemCount: int, Properties: dynamic, AppRoleInstance: string)',
  AppTraces: '(TimeGenerated: datetime, Message: string, SeverityLevel: int, OperationName: string, Properties: dynamic, AppRoleInstance: string)',
};
const symbols = Object.entries(tables).map(([name, columns]) => new Language.Symbols.TableSymbol.$ctor7(name, columns, null));
const globals = Language.GlobalState.Default.WithDatabase(new Language.Symbols.DatabaseSymbol.ctor('workspace', symbols));

const listed = (list) => Array.from({ length: list.Count }, (_, i) => list.getItem(i));

/** What a workbook and an alert put in before they ask. */
const filled = (text) => text.replaceAll('{TimeRange:grain}', '5m').replaceAll('__GROUPS__', '["billing"]');

/** { columns, findings } of one query. */
function analyse(path, text) {
  const query = filled(text);
  const parsed = Language.KustoCode.ParseAndAnalyze(query, globals);
  return {
    findings: listed(parsed.GetDiagnostics()).map((one) => `${path}:${query.slice(0, one.Start).split('\n').length}: ${one.Message}`),
    columns: parsed.ResultType?.Columns ? listed(parsed.ResultType.Columns).map((one) => one.Name) : [],
  };
}

/** Every string that stands in the code. */
function stringsOfCode(project) {
  return new Set(project.files('src', /\.cs$/).flatMap((path) => [...project.readText(path).matchAll(/"((?:[^"\\\n]|\\.)+)"/g)].map((match) => match[1])));
}

/** The words that the code logs, between the values that it puts in. */
const fragments = (strings) => [...strings].flatMap((one) => one.split(/\{[^{}]*\}/)).filter((one) => one.includes(' '));

/** The words of the log that a query looks for: every string in it with a letter and a blank. */
const looked = (text) => [...text.replace(/^\/\/.*$/gm, '').matchAll(/"([^"\n]*)"/g)].map((match) => match[1]).filter((one) => /[a-z]/i.test(one) && one.includes(' '));

/** The strings that a query compares metrics, attributes and their values with. */
const named = (text) => [
  ...[...text.matchAll(/\bName\s*==\s*"([^"]+)"/g)].map((match) => match[1]),
  ...[...text.matchAll(/\bName\s+in\s*\(([^)]*)\)/g)].flatMap((match) => [...match[1].matchAll(/"([^"]+)"/g)].map((one) => one[1])),
  ...[...text.matchAll(/Properties\["([^"]+)"\]/g)].map((match) => match[1]),
  ...[...text.matchAll(/Properties\["[^"]+"\]\)?\s*==\s*"([^"]+)"/g)].map((match) => match[1]),
  ...[...text.matchAll(/\bOutcome\s*==\s*"([^"]+)"/g)].map((match) => match[1]),
];

export function queries(view) {
  const { project } = view;
  const known = stringsOfCode(project);
  const logged = fragments(known);
  const findings = [];
  const used = project.bicep.map((path) => project.readText(path)).join('\n');
  for (const path of project.files('infra/queries', /\.kql$/)) {
    const text = project.readText(path);
    findings.push(...analyse(path, text).findings);
    findings.push(...named(text).filter((name) => !known.has(name)).map((name) => `${path}: nobody reports ${name}`));
    findings.push(...looked(text).filter((words) => !logged.some((one) => one.includes(words))).map((words) => `${path}: nobody logs "${words}"`));
    if (!used.includes(`'${path.replace('infra/', '../')}'`)) {
      findings.push(`${path}: no template uses it`);
    }
  }
  return [...findings, ...view.deployments.flatMap((deployment) => [...logAlerts(deployment), ...metricAlerts(deployment), ...told(project, deployment)].map((finding) => `${deployment.name}: ${finding}`))];
}

/** The columns that an alert compares and splits by come out of its query. */
function logAlerts(deployment) {
  return deployment.of('Microsoft.Insights/scheduledQueryRules').flatMap((rule) => {
    const [{ query, metricMeasureColumn, dimensions }] = rule.properties.criteria.allOf;
    const { columns } = analyse(rule.name, query);
    return [metricMeasureColumn, ...dimensions.map((one) => one.name)].filter((one) => !columns.includes(one)).map((one) => `${rule.name}: the query gives no ${one}`);
  });
}

/** Each alert says where to read what to do, and there it stands. */
function told(project, deployment) {
  const anchors = headings(project.readText('docs/operating.md'));
  return [...deployment.of('Microsoft.Insights/scheduledQueryRules'), ...deployment.of('Microsoft.Insights/metricAlerts')].flatMap((rule) => {
    const anchor = rule.properties.description.match(/docs\/operating\.md#([\w-]+)$/)?.[1];
    return anchors.has(anchor) ? [] : [`${rule.name}: docs/operating.md has no ${anchor ?? 'section for it'}`];
  });
}

/** An alert on one of Azure's own metrics names a metric and a dimension of the resource. */
function metricAlerts(deployment) {
  return deployment.of('Microsoft.Insights/metricAlerts').flatMap((rule) => rule.properties.criteria.allOf.flatMap(({ metricNamespace, metricName, dimensions }) => {
    const known = platformMetrics[metricNamespace]?.[metricName];
    return known ? dimensions.filter((one) => !known.includes(one.name)).map((one) => `${rule.name}: ${metricName} has no dimension ${one.name}`)
      : [`${rule.name}: ${metricNamespace} has no metric ${metricName}`];
  }));
}
