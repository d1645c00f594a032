// The search: all that is known of an order.

import { read } from './api.js';
import { contentOf } from './letters.js';
import { find, make, number, put, table, time } from './dom.js';

const verdicts = { NotHandled: 'not handled yet', Applied: 'applied', Resend: 'the same again: suppressed', Conflict: 'another order under this id', DeadLettered: 'dead letter', PassedOver: 'redriven for another group' };
const mails = { None: 'the order has no address', Left: 'sent (it has left the outbox)', Waiting: 'waits to be sent', Parked: 'parked, for a person' };

/** Begins to listen. */
export function listenForOrders() {
  find('find').addEventListener('submit', async (event) => {
    event.preventDefault();
    const story = find('story');
    put(story, make('p', {}, 'Looking …'));
    try {
      put(story, storyOf(await read('status/order', { id: find('asked').value.trim() }, [404])));
    } catch (error) {
      put(story, make('p', { class: 'bad' }, error.message));
    }
  });
}

function storyOf(story) {
  const search = `Looked through ${number(story.search.records)} records${story.search.is_whole ? ', all that the topic holds' : `, the newest of the topic, since ${time(story.search.since)}`}.`;
  if (story.found_by === 'Nothing') {
    return make('p', { class: 'bad' }, `Nobody knows ${story.asked}. ${search}`);
  }
  return [
    make('h3', {}, `Order ${story.order_ids.join(', ') || story.asked}`),
    make('p', { class: 'quiet' }, search),
    make('div', { class: 'stories' }, story.groups.map(groupOf)),
    make('h4', {}, `Records in the topic: ${story.sightings.length}`),
    story.sightings.map((one) => make('details', { class: 'letter' },
      make('summary', {}, `${one.topic}:${one.partition}:${one.offset}, ${time(one.time)}: ${summary(one.verdicts)}`),
      make('p', {}, `Idempotency key: ${one.key ?? 'none'}`), payload(one.value))),
  ];
}

function summary(of) {
  const entries = Object.entries(of);
  return new Set(entries.map(([, verdict]) => verdict)).size === 1 ? verdicts[entries[0][1]] : entries.map(([group, verdict]) => `${group} ${verdicts[verdict]}`).join(', ');
}

function groupOf(group) {
  return make('article', { class: 'card', 'aria-label': `${group.group}, this order` },
    make('h4', {}, group.group),
    group.effects.length === 0 ? make('p', {}, 'No effect.') : group.effects.map(effectOf),
    group.mail ? make('p', {}, `Mail: ${mails[group.mail]}`) : null,
    group.messages.map((message) => make('p', {}, `Message ${message.id} (${message.kind}) is ${message.state}. ${message.detail ?? ''}`)),
    group.dead_letters.map((letter) => make('details', {}, make('summary', {}, `Dead letter: ${letter.letter.reason}, ${letter.letter.origin}`), contentOf(letter))));
}

function effectOf(effect) {
  return [
    make('p', {}, `Applied from ${effect.topic}:${effect.partition}:${effect.offset}, ${time(effect.applied_at)}. Idempotency key: ${effect.key ?? 'none'}`),
    effect.lines.length > 0 ? table(`Lines of ${effect.row_key}`, ['Product', 'Quantity', 'Price of one'], effect.lines.map((line) => [line.product, line.quantity, line.unit_price ?? '–'])) : null,
    effect.total ? make('p', {}, 'Total: ', make('strong', {}, `${effect.total} ${effect.currency ?? ''}`)) : null,
  ];
}

const payload = (text) => make('pre', { tabindex: '0', role: 'region', 'aria-label': 'Payload' }, text);
