// Messages that are not sent yet: parked ones are sent again or dropped.

import { asked, change, read } from './api.js';
import { find, make, number, put, say, time } from './dom.js';

/** Begins to listen, and looks. */
export function listenForMessages() {
  find('look-messages').addEventListener('click', look);
  look();
}

async function look() {
  try {
    const { messages, total } = await read('status/messages');
    put(find('messages'),
      total === 0 ? make('p', {}, 'None.') : make('p', {}, total > messages.length ? `${number(messages.length)} of ${number(total)}, parked ones first.` : `${number(total)}, parked ones first.`),
      messages.map(messageOf));
  } catch (error) {
    put(find('messages'), make('p', { class: 'bad' }, error.message));
  }
}

function messageOf(message) {
  const isParked = message.state === 'parked';
  const isDroppable = isParked || message.state === 'waiting';
  const act = (what, title, text, yes) => make('button', { type: 'button', 'aria-label': `${yes} ${message.id}`, onclick: async () => {
    if (await asked(title, text, yes)) {
      try {
        const outcome = await change(`status/messages/${what}`, { ids: [message.id] });
        if (outcome !== null) {
          say(outcome.lines.join(' '));
          await look();
        }
      } catch (error) {
        say(error.message);
      }
    }
  } }, yes);
  return make('div', { class: 'message' }, make('div', { class: 'row' },
    make('div', { class: 'grow' }, make('strong', {}, message.state), ` ${message.kind} of ${message.group}, ${message.subject}`,
      make('div', {}, message.detail ?? ''), make('div', { class: 'quiet' }, `${message.id}, planned ${time(message.created_at)}`)),
    isParked ? act('resend', 'Send it again?', `The receiver may get ${message.id} a second time, under the same id.`, 'Send again') : null,
    isDroppable ? act('drop', 'Drop it?', `Nobody will send ${message.id}. The effect it belongs to stays.`, 'Drop') : null));
}
