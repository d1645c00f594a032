// The groups, each a card that stays where it is while its figures change.

import { duration, find, make, number, put, rows, time } from './dom.js';

const cards = new Map();

/** Shows a report. */
export function showGroups(report) {
  showServices(report);
  for (const group of report.groups) {
    if (!cards.has(group.group)) {
      const card = cardOf(group);
      cards.set(group.group, card);
      find('groups').append(card.element);
    }
    show(cards.get(group.group), group);
  }
  rows(find('hosts').querySelector('tbody'), report.hosts.map((host) =>
    [host.machine, String(host.process), time(host.started_at), host.is_there ? 'runs' : `gone, last seen ${time(host.seen_at)}`]));
  find('hosts').querySelector('summary').textContent = `Hosts: ${report.hosts.filter((host) => host.is_there).length} running`;
}

function showServices(report) {
  const services = [['Kafka', report.broker], ['Tables', report.tables], ['Mail', report.mail]];
  put(find('services'), services.map(([name, service]) => make('li', { class: service.is_reachable ? 'good' : 'bad' },
    `${name}: ${service.is_reachable ? 'reachable' : `not reachable. ${service.reason}`}`)));
  const troubles = [
    ...services.filter(([, service]) => !service.is_reachable).map(([name]) => `${name} cannot be reached`),
    ...report.groups.filter((group) => group.is_silent).map((group) => `${group.group} handles nothing while its lag rises`),
    ...report.groups.filter((group) => group.standing && group.standing.members.length === 0).map((group) => `nobody consumes for ${group.group}`),
    ...report.groups.filter((group) => group.outbox?.parked > 0).map((group) => `${number(group.outbox.parked)} messages of ${group.group} are parked`),
    ...report.groups.filter((group) => open(group) > 0).map((group) => `${number(open(group))} dead letters of ${group.group} are open`),
  ];
  const verdict = find('verdict');
  const text = troubles.length === 0 ? `All groups are well. Topic ${report.topic}.` : `${troubles.join('; ')}.`;
  if (verdict.textContent !== text) {
    verdict.textContent = text;
    verdict.className = troubles.length === 0 ? 'good' : 'bad';
  }
}

const open = (group) => (group.dead_letters ?? []).reduce((sum, reason) => sum + reason.open, 0);

const figures = {
  lag: 'Lag', rate: 'Records a second', applied: 'Applied, last hour', duplicates: 'Duplicates suppressed, last hour', dead: 'Dead-lettered, last hour',
  healed: 'Gaps healed, last hour', outbox: 'Outbox', parked: 'In doubt, parked',
};

function cardOf(group) {
  const card = { values: {} };
  const figure = (name, text, wider = false) => {
    card.values[name] = make('dd', { 'data-figure': name });
    return make('div', wider ? { class: 'wider' } : {}, make('dt', {}, text), card.values[name]);
  };
  const part = (title, heads) => {
    const body = make('tbody');
    return [make('h4', {}, title), make('div', { class: 'wide', tabindex: '0', role: 'region', 'aria-label': `${title} of ${group.group}` },
      make('table', {}, make('thead', {}, make('tr', {}, heads.map((head) => make('th', { scope: 'col' }, head)))), body)), body];
  };
  const members = part('Members', ['Host', 'Process', 'Function', 'Partitions']);
  const partitions = part('Partitions', ['Partition', 'Committed', 'End', 'Lag']);
  [card.members, card.partitions] = [members.pop(), partitions.pop()];
  card.state = make('span', { class: 'quiet' });
  card.element = make('article', { class: 'card', 'data-group': group.group, 'aria-label': group.group },
    make('h3', {}, group.group), make('div', { class: 'quiet' }, group.function ?? '', ' ', card.state),
    make('dl', { class: 'figures' }, Object.entries(figures).map(([name, text]) => figure(name, text)),
      figure('today', 'Today (UTC)', true), figure('reasons', 'Dead letters in the topic', true), figure('error', 'Last warning or error', true)),
    make('details', {}, make('summary', {}, 'Members and partitions'), members, partitions));
  return card;
}

const arrows = { Rising: '↑ rising', Falling: '↓ falling', Steady: '→ steady', Unknown: '' };

function show(card, group) {
  const { standing, figures: counted, outbox } = group;
  const members = standing?.members ?? [];
  card.element.classList.toggle('failing', group.is_silent || (standing !== null && members.length === 0));
  card.state.textContent = standing ? `${standing.state}, ${members.length} member${members.length === 1 ? '' : 's'}` : 'the broker does not tell';
  const set = (name, text) => {
    if (card.values[name].textContent !== text) {
      card.values[name].textContent = text;
    }
  };
  set('lag', `${number(standing?.lag)} ${counted ? arrows[counted.trend] : ''}${group.is_silent ? ', and nothing is handled' : ''}`);
  set('rate', number(counted?.per_second));
  set('applied', number(counted?.last_hour.applied));
  set('duplicates', number(counted?.last_hour.duplicates));
  set('dead', number(counted?.last_hour.dead_lettered));
  set('healed', number(counted?.last_hour.healed));
  set('outbox', outbox ? `${number(outbox.depth)}${outbox.age_seconds > 0 ? `, oldest ${duration(outbox.age_seconds)}` : ''}` : '–');
  set('parked', outbox ? `${number(outbox.in_doubt)}, ${number(outbox.parked)}` : '–');
  set('today', counted ? `${number(counted.today.applied)} applied, ${number(counted.today.duplicates)} duplicates suppressed, ${number(counted.today.dead_lettered)} dead-lettered` : '–');
  set('reasons', group.dead_letters ? group.dead_letters.map((reason) => `${reason.reason || 'no reason'} ${number(reason.count)} (${number(reason.open)} open)`).join(', ') || 'none' : '–');
  set('error', counted?.error ? `${time(counted.error.at)}, ${counted.error.machine} ${counted.error.process}: ${counted.error.text}` : 'none in the last hour');
  rows(card.members, members.map((member) => [member.host, member.process, member.function, member.partitions.join(', ')]));
  rows(card.partitions, (standing?.partitions ?? []).map((one) => [one.partition, one.committed ?? 'none', one.end, one.lag]));
}
