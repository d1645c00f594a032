// Three charts of the last hour, a line for each group. What they show stands in the cards as numbers too; the charts have a
// text for those who do not see them.

import { find, make, number, put } from './dom.js';

const colours = ['--first', '--second', '--third'];
const dashes = [[], [8, 4], [2, 3]];
const charts = [
  { name: 'lag', title: 'Lag, records', of: (series) => series.lag },
  { name: 'rate', title: 'Records settled a second', of: (series) => series.settled.map((count) => count / series.step_seconds) },
  { name: 'duplicates', title: 'Duplicates suppressed a minute', of: (series) => series.duplicates.map((count) => count * 60 / series.step_seconds) },
];
let drawn = false;

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Draws what a report says, anew or in the place of what was drawn. */
export function showCharts(report) {
  const groups = report.groups.filter((group) => group.figures);
  if (groups.length === 0) {
    return;
  }
  if (!drawn) {
    drawn = true;
    put(find('legend'), groups.map((group, i) => make('li', {}, swatch(i), group.group)));
    charts.forEach((chart) => begin(chart, groups));
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => charts.forEach((chart) => { redo(chart, groups); }));
  }
  const { from, step_seconds: step, settled } = groups[0].figures.series;
  const times = settled.map((_, i) => from + i * step);
  for (const chart of charts) {
    chart.data = [times, ...groups.map((group) => chart.of(group.figures.series))];
    chart.plot.setData(chart.data);
    const last = (values) => values.findLast((value) => value !== null);
    chart.picture.setAttribute('aria-label', `${chart.title}, now: ${groups.map((group, i) => `${group.group} ${number(Math.round((last(chart.data[i + 1]) ?? 0) * 10) / 10)}`).join(', ')}`);
  }
}

function swatch(i) {
  const line = make('span', { class: 'swatch', 'aria-hidden': 'true' });
  line.style.borderTopColor = `var(${colours[i % colours.length]})`;
  line.style.borderTopStyle = ['solid', 'dashed', 'dotted'][i % 3];
  return line;
}

function begin(chart, groups) {
  chart.picture = make('div', { role: 'img' });
  find('charts').append(make('figure', { 'data-chart': chart.name }, make('figcaption', {}, chart.title), chart.picture));
  redo(chart, groups);
  new ResizeObserver(() => chart.plot.setSize({ width: Math.floor(chart.picture.clientWidth), height: 180 })).observe(chart.picture);
}

function redo(chart, groups) {
  chart.plot?.destroy();
  const axis = { stroke: colour('--quiet'), grid: { stroke: colour('--line'), width: 0.5 }, ticks: { stroke: colour('--line') } };
  chart.plot = new window.uPlot({
    width: Math.max(100, Math.floor(chart.picture.clientWidth)), height: 180, legend: { show: false }, cursor: { show: false },
    scales: { y: { range: (_, least, most) => [0, Math.max(1, most ?? 1) * 1.05] } },
    axes: [axis, { ...axis, size: 60, values: (_, values) => values.map(number) }],
    series: [{}, ...groups.map((group, i) => ({ label: group.group, stroke: colour(colours[i % colours.length]), width: 2, dash: dashes[i % 3], spanGaps: true, points: { show: false } }))],
  }, chart.data ?? [[], ...groups.map(() => [])], chart.picture);
}
